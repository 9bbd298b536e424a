// The direct loops for any processor: four lanes, which SSE2 and NEON have.
#define LATHE_SIMD direct_portable
#define LATHE_LANES 4
#define LATHE_REGISTERS 16
#include "lathe/kernels/direct_loops.h"

namespace lathe::kernels {

const DirectLoops direct_loops_portable = LATHE_SIMD::direct_table;

}  // namespace lathe::kernels
