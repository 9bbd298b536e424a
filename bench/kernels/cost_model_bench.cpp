/// Times one bank by every method and block that could make sense, beside what the cost model would take (the label):
/// what bench/cost_model.py fits the constants of lathe/kernels/cost_model.cpp to, and checks the choice with.
#include <benchmark/benchmark.h>

#include "bench/kernels/problem.h"

namespace lathe {
namespace {

/// block 0: direct. gradients 1: forward, then backward with memory, as training does.
void cost_model(benchmark::State& state) {
  const int64_t windows = state.range(0), length = state.range(1), count = state.range(2), block = state.range(4);
  Problem p(windows, count, {length});
  KernelBankMemory memory;
  KernelBankOptions options;
  options.simd = static_cast<SimdLevel>(state.range(5));
  if (state.range(3) != 0) options.memory = &memory;
  state.SetLabel(kernel_bank_plan(p.input, p.banks, options)[0]);
  options.method = block > 0 ? KernelBankMethod::fft : KernelBankMethod::direct;
  options.block = block;
  for (auto _ : state) {
    kernel_bank_forward(p.input, p.banks, p.z.data(), options);
    if (state.range(3) != 0) kernel_bank_backward(p.input, p.banks, p.z.data(), p.to, nullptr, options);
  }
}

void every_shape(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMicrosecond)->ArgNames({"windows", "length", "count", "gradients", "block", "simd"});
  const auto add = [&](int64_t windows, int64_t length, int64_t count, int64_t gradients, int64_t level) {
    bench->Args({windows, length, count, gradients, 0, level});
    int64_t block = 64;
    while (block < length * 5 / 4) block *= 2;
    for (int64_t end = block * 16; block < end && block <= 4096; block *= 2) {
      bench->Args({windows, length, count, gradients, block, level});
    }
  };
  for (SimdLevel level : simd_levels()) {
    for (int64_t windows : {1, 16}) {
      for (int64_t length : {8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512}) {
        for (int64_t count : {1, 2, 4, 8, 24, 128, 512}) {
          for (int64_t gradients : {0, 1}) add(windows, length, count, gradients, static_cast<int64_t>(level));
        }
      }
    }
  }
}

BENCHMARK(cost_model)->Apply(every_shape);

}  // namespace
}  // namespace lathe
