// The transforms for x86 with AVX2 and FMA: eight lanes.
#if defined(__x86_64__)
#define LATHE_SIMD fft_avx2
#define LATHE_LANES 8
#define LATHE_REGISTERS 16
#include "lathe/kernels/fft_loops.h"

namespace lathe::kernels {

const FftLoops fft_loops_avx2 = LATHE_SIMD::fft_table;

}  // namespace lathe::kernels
#endif
