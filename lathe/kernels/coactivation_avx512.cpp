// The loops over packed bits for x86 with AVX-512 and its instruction that counts bits.
#if defined(__x86_64__)
#include <immintrin.h>
#define LATHE_SIMD coactivation_avx512
#define LATHE_LANES 16
#include "lathe/kernels/coactivation_loops.h"

namespace lathe::kernels {
namespace LATHE_SIMD {

Words bits_of(Words words) {
  return reinterpret_cast<Words>(_mm512_popcnt_epi32(reinterpret_cast<__m512i>(words)));
}

}  // namespace LATHE_SIMD

const CoactivationLoops coactivation_loops_avx512 = LATHE_SIMD::coactivation_table;

}  // namespace lathe::kernels
#endif
