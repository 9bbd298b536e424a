// The transforms for any processor: four lanes, which SSE2 and NEON have.
#define LATHE_SIMD fft_portable
#define LATHE_LANES 4
#define LATHE_REGISTERS 16
#include "lathe/kernels/fft_loops.h"

namespace lathe::kernels {

const FftLoops fft_loops_portable = LATHE_SIMD::fft_table;

}  // namespace lathe::kernels
