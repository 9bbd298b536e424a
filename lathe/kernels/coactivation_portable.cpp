// The loops over packed bits for any processor: bits are added up in pairs, fours and eights.
#define LATHE_SIMD coactivation_portable
#define LATHE_LANES 4
#include "lathe/kernels/coactivation_loops.h"

namespace lathe::kernels {
namespace LATHE_SIMD {

Words bits_of(Words words) {
  words -= words >> 1 & 0x55555555u;
  words = (words & 0x33333333u) + (words >> 2 & 0x33333333u);
  words = (words + (words >> 4)) & 0x0f0f0f0fu;
  return (words * 0x01010101u) >> 24;
}

}  // namespace LATHE_SIMD

const CoactivationLoops coactivation_loops_portable = LATHE_SIMD::coactivation_table;

}  // namespace lathe::kernels
