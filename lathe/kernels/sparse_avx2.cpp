// The sparse product's loops for x86 with AVX2.
#if defined(__x86_64__)
#define LATHE_SIMD sparse_avx2
#define LATHE_LANES 8
#include "lathe/kernels/sparse_loops.h"

namespace lathe::kernels {
const SparseLoops sparse_loops_avx2 = LATHE_SIMD::sparse_table;
}  // namespace lathe::kernels
#endif
