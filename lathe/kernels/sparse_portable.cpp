// The sparse product's loops for any processor.
#define LATHE_SIMD sparse_portable
#define LATHE_LANES 4
#include "lathe/kernels/sparse_loops.h"

namespace lathe::kernels {
const SparseLoops sparse_loops_portable = LATHE_SIMD::sparse_table;
}  // namespace lathe::kernels
