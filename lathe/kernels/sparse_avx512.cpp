// The sparse product's loops for x86 with AVX-512.
#if defined(__x86_64__)
#define LATHE_SIMD sparse_avx512
#define LATHE_LANES 16
#include "lathe/kernels/sparse_loops.h"

namespace lathe::kernels {
const SparseLoops sparse_loops_avx512 = LATHE_SIMD::sparse_table;
}  // namespace lathe::kernels
#endif
