/// Which way and which block: the expected cost of one kernel on one window, in cycles of one core.
#include <cmath>
#include <limits>

#include "lathe/kernels/bank_method.h"
#include "lathe/kernels/buffer.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels {
namespace {

// Measured by bench/kernels on a Zen 4 core; only their ratio matters.
constexpr double cycles_per_multiply_add_vector = 0.55;
constexpr double cycles_per_point_vector_bit = 2.4;

}  // namespace

int64_t choose_block(const KernelBankView& bank, const KernelBankInput& input, KernelBankMethod method,
                     SimdLevel level) {
  if (method == KernelBankMethod::direct) return 0;
  const double outputs = static_cast<double>(input.samples + bank.pad_left + bank.pad_right - bank.length + 1);
  double best = std::numeric_limits<double>::infinity();
  int64_t block = 0;
  if (method == KernelBankMethod::automatic) {
    best = cycles_per_multiply_add_vector * static_cast<double>(input.windows * bank.length) * outputs /
           static_cast<double>(direct_loops(level).lanes);
  }
  for (int64_t size = FftPlan::smallest; size <= FftPlan::largest; size *= 2) {
    if (size < bank.length) continue;
    const double blocks =
        static_cast<double>(input.windows) * std::ceil(outputs / static_cast<double>(size - bank.length + 1));
    const double groups = std::ceil(blocks / static_cast<double>(2 * fft_loops(level).lanes));
    const double cost = cycles_per_point_vector_bit * groups * static_cast<double>(size) * std::log2(size);
    if (cost < best) {
      best = cost;
      block = size;
    }
  }
  return block;
}

const DirectLoops& direct_loops(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512) return direct_loops_avx512;
  if (level == SimdLevel::avx2) return direct_loops_avx2;
#endif
  return level == SimdLevel::portable ? direct_loops_portable : direct_loops_portable;
}

const FftLoops& fft_loops(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512) return fft_loops_avx512;
  if (level == SimdLevel::avx2) return fft_loops_avx2;
#endif
  return level == SimdLevel::portable ? fft_loops_portable : fft_loops_portable;
}

}  // namespace lathe::kernels
