/// Times the kernel bank at the sizes of the published model, beside the multiply-add peak of the core in the same run.
#include <benchmark/benchmark.h>

#include <cmath>
#include <thread>
#include <vector>

#include "bench/kernels/problem.h"
#include "tests/kernels/reference.h"

namespace lathe {
namespace {

const std::vector<int64_t> lengths = {192, 96, 64};

KernelBankOptions options_of(int64_t method, int64_t level, int64_t threads) {
  KernelBankOptions options;
  options.method = static_cast<KernelBankMethod>(method);
  options.simd = static_cast<SimdLevel>(level);
  if (threads > 1) {
    options.executor = [threads](int64_t tasks, const std::function<void(int64_t)>& task) {
      std::vector<std::thread> team;
      for (int64_t thread = 1; thread < threads; ++thread) {
        team.emplace_back([&, thread] {
          for (int64_t i = thread; i < tasks; i += threads) task(i);
        });
      }
      for (int64_t i = 0; i < tasks; i += threads) task(i);
      for (std::thread& member : team) member.join();
    };
  }
  return options;
}

/// A step with the gradient of binary cross-entropy against one half.
void training_step(benchmark::State& state) {
  Problem p(85, state.range(0), lengths);
  const KernelBankOptions options = options_of(state.range(1), state.range(2), state.range(3));
  const auto loss = [](int64_t, const float* z, float* dz) {
    for (int64_t t = 0; t < Problem::samples; ++t) dz[t] = (1 / (1 + std::exp(-z[t])) - 0.5f) / (85 * Problem::samples);
  };
  for (auto _ : state) kernel_bank_step(p.input, p.banks, loss, nullptr, p.to, nullptr, options);
}

/// What autograd does: the signs of the responses come from memory, or are computed again.
void forward_then_backward(benchmark::State& state) {
  Problem p(85, state.range(0), lengths);
  KernelBankOptions options = options_of(state.range(1), state.range(2), 1);
  KernelBankMemory memory;
  if (state.range(3) != 0) options.memory = &memory;
  for (auto _ : state) {
    kernel_bank_forward(p.input, p.banks, p.z.data(), options);
    kernel_bank_backward(p.input, p.banks, p.z.data(), p.to, nullptr, options);
  }
}

void inference_of_one_window(benchmark::State& state) {
  Problem p(1, state.range(0), lengths);
  const KernelBankOptions options = options_of(state.range(1), state.range(2), 1);
  for (auto _ : state) kernel_bank_forward(p.input, p.banks, p.z.data(), options);
}

/// Not a time: how far float32 is from float64, as tests/kernels measures it.
void float64_error(benchmark::State& state) {
  const int64_t count = state.range(0);
  const test::BankCase c(4, Problem::samples, {{count, 192, 95, 96}, {count, 96, 47, 48}, {count, 64, 31, 32}}, 1);
  const test::BankResult<double> exact = test::reference(c);
  KernelBankOptions options;
  options.method = static_cast<KernelBankMethod>(state.range(1));
  test::BankResult<float> got(c);
  for (auto _ : state) got = test::forward_and_backward(c, options, true);
  state.counters["sum"] = test::distance(got.z, exact.z);
  double weight = 0;
  for (size_t g = 0; g < c.banks.size(); ++g) {
    weight = std::max(weight, test::distance(got.gradients[g].weight, exact.gradients[g].weight));
  }
  state.counters["weight"] = weight;
}

/// Ten independent chains of multiply-adds in registers: the peak that a direct correlation cannot pass.
#if defined(__x86_64__)
__attribute__((target("avx2,fma")))
#endif
void multiply_add_peak(benchmark::State& state) {
  typedef float Vector __attribute__((vector_size(32)));
  Vector sums[10] = {};
  float factor = 0.999f;
  for (auto _ : state) {
    benchmark::DoNotOptimize(factor);
    const Vector f = factor - Vector{};
    for (int i = 0; i < 1000; ++i) {
#pragma GCC unroll 10
      for (int k = 0; k < 10; ++k) sums[k] = sums[k] * f + f;
    }
  }
  for (Vector& sum : sums) benchmark::DoNotOptimize(sum);
  state.counters["GFLOP/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * 1000 * 10 * 8 * 2 * 1e-9,
                                                 benchmark::Counter::kIsRate);
}

void every_way(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->ArgNames({"kernels", "method", "simd", "threads"});
  for (SimdLevel level : simd_levels()) {
    for (int64_t method : {1, 2}) {
      for (int64_t count : {8, 24}) bench->Args({count, method, static_cast<int64_t>(level), 1});
    }
  }
  for (int64_t count : {8, 24, 128, 512}) {
    for (int64_t threads : {1, 2}) bench->Args({count, 0, static_cast<int64_t>(best_simd_level()), threads});
  }
}

void memory_or_not(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->ArgNames({"kernels", "method", "simd", "memory"});
  for (int64_t count : {8, 24, 128, 512}) {
    for (int64_t method : {1, 2}) {
      for (int64_t memory : {0, 1}) bench->Args({count, method, static_cast<int64_t>(best_simd_level()), memory});
    }
  }
}

void best_ways(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->ArgNames({"kernels", "method", "simd"});
  for (int64_t count : {8, 24, 128, 512}) {
    for (int64_t method : {0, 1, 2}) bench->Args({count, method, static_cast<int64_t>(best_simd_level())});
  }
}

BENCHMARK(multiply_add_peak);
BENCHMARK(float64_error)
    ->ArgNames({"kernels", "method"})
    ->ArgsProduct({{8, 24, 128, 512}, {1, 2}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(training_step)->Apply(every_way);
BENCHMARK(forward_then_backward)->Apply(memory_or_not);
BENCHMARK(inference_of_one_window)->Apply(best_ways);

}  // namespace
}  // namespace lathe

BENCHMARK_MAIN();
