// The direct loops for x86 with AVX2 and FMA: eight lanes.
#if defined(__x86_64__)
#define LATHE_SIMD direct_avx2
#define LATHE_LANES 8
#define LATHE_REGISTERS 16
#include "lathe/kernels/direct_loops.h"

namespace lathe::kernels {

const DirectLoops direct_loops_avx2 = LATHE_SIMD::direct_table;

}  // namespace lathe::kernels
#endif
