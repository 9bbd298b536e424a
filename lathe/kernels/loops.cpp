#include "lathe/kernels/loops.h"

namespace lathe::kernels {

const DirectLoops& direct_loops([[maybe_unused]] SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512) return direct_loops_avx512;
  if (level == SimdLevel::avx2) return direct_loops_avx2;
#endif
  return direct_loops_portable;
}

const FftLoops& fft_loops([[maybe_unused]] SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512) return fft_loops_avx512;
  if (level == SimdLevel::avx2) return fft_loops_avx2;
#endif
  return fft_loops_portable;
}

const CoactivationLoops& coactivation_loops([[maybe_unused]] SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512 && __builtin_cpu_supports("avx512vpopcntdq")) return coactivation_loops_avx512;
  if (level != SimdLevel::portable) return coactivation_loops_avx2;
#endif
  return coactivation_loops_portable;
}

const SparseLoops& sparse_loops([[maybe_unused]] SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512) return sparse_loops_avx512;
  if (level == SimdLevel::avx2) return sparse_loops_avx2;
#endif
  return sparse_loops_portable;
}

}  // namespace lathe::kernels
