// The loops over packed bits for x86 with AVX2: the bits of four are looked up in a register.
#if defined(__x86_64__)
#include <immintrin.h>
#define LATHE_SIMD coactivation_avx2
#define LATHE_LANES 8
#include "lathe/kernels/coactivation_loops.h"

namespace lathe::kernels {
namespace LATHE_SIMD {

Words bits_of(Words words) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                         0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15), v = reinterpret_cast<__m256i>(words);
  const __m256i bytes = _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(v, low)),
                                        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi32(v, 4), low)));
  const __m256i pairs = _mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1));
  return reinterpret_cast<Words>(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

}  // namespace LATHE_SIMD

const CoactivationLoops coactivation_loops_avx2 = LATHE_SIMD::coactivation_table;

}  // namespace lathe::kernels
#endif
