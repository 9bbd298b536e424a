/// Which way and which block: compares the expected times of one bank. The constants are fixed numbers, not timed when
/// a program starts: the same call must give the same bytes on every run (docs/decisions/0005-fixed-cost-model.md).
#include <algorithm>
#include <cmath>
#include <limits>

#include "lathe/kernels/bank_method.h"
#include "lathe/kernels/buffer.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels {
namespace {

/// Picoseconds on a Zen 4 core, fitted by bench/cost_model.py; only their ratios matter.
struct Costs {
  double tap;          // of one output and one kernel
  double output;       // of one kernel: bias, ReLU, sum, sign
  double window;       // a vector of it, whatever the number of kernels
  double direct_call;  // rows, checks
  double butterfly;    // a point of a transform of n points, over log2(n)
  double block;        // a point of it, whatever the number of kernels: cutting, its own transform, collecting
  double kernel;       // a point of lanes kernels' own transform, over log2(n)
  double fft_call;
};
struct LevelCosts {
  Costs inference, training;
};
constexpr LevelCosts portable_costs = {{163, 1590, 1210, 2.40e5, 780, 8360, 691, 8.92e5},
                                       {324, 5310, 0, 1.14e6, 1640, 8960, 1680, 2.37e6}};
constexpr LevelCosts avx2_costs = {{140, 621, 6240, 5.51e5, 652, 12400, 846, 7.03e5},
                                   {282, 6300, 12100, 1.71e6, 1550, 13400, 2040, 2.40e6}};
constexpr LevelCosts avx512_costs = {{274, 870, 12300, 6.53e5, 1090, 22500, 1010, 1.13e6},
                                     {541, 4270, 21000, 2.25e6, 2590, 24600, 2640, 3.42e6}};

const Costs& costs_of(SimdLevel level, bool gradients) {
  const LevelCosts& costs = level == SimdLevel::avx512 ? avx512_costs
                            : level == SimdLevel::avx2 ? avx2_costs
                                                       : portable_costs;
  return gradients ? costs.training : costs.inference;
}

double direct_cost(const KernelBankView& bank, const KernelBankInput& input, int64_t outputs, const DirectLoops& loops,
                   const Costs& costs) {
  const auto vectors = static_cast<double>(input.windows * round_up(outputs, loops.time_step) / loops.lanes);
  // One kernel costs as much as two, two or three as much as four: the loads of the signal are not shared by enough.
  const int64_t rest = bank.count % loops.kernel_step;
  const int64_t full = bank.count - rest + std::max(rest, std::min(2 * rest, int64_t{4}));
  return vectors * (costs.tap * static_cast<double>(bank.length * full) +
                    costs.output * static_cast<double>(bank.count) + costs.window) +
         costs.direct_call;
}

double fft_cost(const KernelBankView& bank, const KernelBankInput& input, int64_t outputs, int64_t size, int64_t lanes,
                const Costs& costs) {
  const int64_t blocks = divide_up(outputs, size - bank.length + 1);
  const auto groups = [&](int64_t windows) { return divide_up(windows * blocks, 2 * lanes); };
  const auto all_groups = static_cast<double>(input.windows / chunk_windows * groups(chunk_windows) +
                                              groups(input.windows % chunk_windows));
  const auto points = static_cast<double>(size);
  const double levels = points * std::log2(points);
  return all_groups * (costs.butterfly * levels * static_cast<double>(bank.count) + costs.block * points) +
         costs.kernel * levels * static_cast<double>(divide_up(bank.count, lanes)) + costs.fft_call;
}

}  // namespace

int64_t choose_block(const KernelBankView& bank, const KernelBankInput& input, const KernelBankOptions& options,
                     SimdLevel level, bool gradients) {
  const KernelBankMethod method = options.method;
  if (method == KernelBankMethod::direct) return 0;
  const Costs& costs = costs_of(level, gradients);
  const int64_t outputs = kernel_bank_outputs(input, bank);
  double best = method == KernelBankMethod::fft ? std::numeric_limits<double>::infinity()
                                                : direct_cost(bank, input, outputs, direct_loops(level), costs);
  int64_t block = 0;
  for (int64_t size = FftPlan::smallest; size <= FftPlan::largest; size *= 2) {
    if (size < bank.length || (options.block > 0 && size != options.block)) continue;
    if (options.block == 0 && size > 4096 && size > 8 * bank.length) break;  // nobody has measured whether these pay
    const double cost = fft_cost(bank, input, outputs, size, fft_loops(level).lanes, costs);
    if (cost >= best) continue;
    best = cost;
    block = size;
  }
  return block;
}

}  // namespace lathe::kernels
