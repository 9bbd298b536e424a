/// Which way and which block: compares the expected cost of one kernel over all windows.
#include <cmath>
#include <limits>

#include "lathe/kernels/bank_method.h"
#include "lathe/kernels/buffer.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels {
namespace {

// One point of one transform of n points takes log2(n) times as long as this many multiply-adds of one vector: 4.2 with
// AVX-512, 4.6 with AVX2 and 3.9 with SSE2 on a Zen 4 core (bench/kernels).
constexpr double multiply_adds_of_a_butterfly = 4.4;

double direct_cost(const KernelBankView& bank, const KernelBankInput& input, int64_t outputs, SimdLevel level) {
  return static_cast<double>(input.windows * bank.length * outputs) / static_cast<double>(direct_loops(level).lanes);
}

double fft_cost(const KernelBankView& bank, const KernelBankInput& input, int64_t outputs, int64_t size,
                SimdLevel level) {
  const int64_t blocks = divide_up(outputs, size - bank.length + 1);
  const auto groups = [&](int64_t windows) { return divide_up(windows * blocks, 2 * fft_loops(level).lanes); };
  const int64_t all_groups =
      input.windows / chunk_windows * groups(chunk_windows) + groups(input.windows % chunk_windows);
  return multiply_adds_of_a_butterfly * static_cast<double>(all_groups * size) * std::log2(size);
}

}  // namespace

int64_t choose_block(const KernelBankView& bank, const KernelBankInput& input, KernelBankMethod method,
                     SimdLevel level) {
  if (method == KernelBankMethod::direct) return 0;
  const int64_t outputs = kernel_bank_outputs(input, bank);
  double best = method == KernelBankMethod::fft ? std::numeric_limits<double>::infinity()
                                                : direct_cost(bank, input, outputs, level);
  int64_t block = 0;
  for (int64_t size = FftPlan::smallest; size <= FftPlan::largest; size *= 2) {
    if (size < bank.length) continue;
    const double cost = fft_cost(bank, input, outputs, size, level);
    if (cost >= best) continue;
    best = cost;
    block = size;
  }
  return block;
}

}  // namespace lathe::kernels
