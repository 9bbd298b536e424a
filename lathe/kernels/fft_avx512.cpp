// The transforms for x86 with AVX-512: sixteen lanes.
#if defined(__x86_64__)
#define LATHE_SIMD fft_avx512
#define LATHE_LANES 16
#define LATHE_REGISTERS 32
#include "lathe/kernels/fft_loops.h"

namespace lathe::kernels {

const FftLoops fft_loops_avx512 = LATHE_SIMD::fft_table;

}  // namespace lathe::kernels
#endif
