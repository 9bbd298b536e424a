// The direct loops for x86 with AVX-512: sixteen lanes.
#if defined(__x86_64__)
#define LATHE_SIMD direct_avx512
#define LATHE_LANES 16
#define LATHE_REGISTERS 32
#include "lathe/kernels/direct_loops.h"

namespace lathe::kernels {

const DirectLoops direct_loops_avx512 = LATHE_SIMD::direct_table;

}  // namespace lathe::kernels
#endif
