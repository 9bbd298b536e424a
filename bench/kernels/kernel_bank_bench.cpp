/// Times the kernel bank at the sizes of the published model, beside the multiply-add peak of the core in the same run.
#include <benchmark/benchmark.h>

#include <cmath>
#include <thread>
#include <vector>

#include "lathe/base/rng.h"
#include "lathe/kernels/kernel_bank.h"

namespace lathe {
namespace {

constexpr int64_t samples = 1920;

struct Problem {
  Problem(int64_t windows, int64_t count) : x(static_cast<size_t>(windows * samples)), z(x.size()) {
    Rng rng(1);
    for (float& value : x) value = static_cast<float>(rng.normal());
    input = {x.data(), windows, samples};
    for (int64_t length : {192, 96, 64}) {
      std::vector<float> values(static_cast<size_t>(count * (length + 2)));
      const double scale = 1 / std::sqrt(static_cast<double>(length));
      for (float& value : values) value = static_cast<float>(rng.uniform(-scale, scale));
      parameters.push_back(values);
      gradients.push_back(std::move(values));
    }
    for (size_t g = 0; g < parameters.size(); ++g) {
      const int64_t length = std::ssize(parameters[g]) / count - 2;
      float* p = parameters[g].data();
      float* d = gradients[g].data();
      banks.push_back({p, p + count * length, p + count * (length + 1), count, length, (length - 1) / 2, length / 2});
      to.push_back({d, d + count * length, d + count * (length + 1)});
    }
  }
  std::vector<float> x, z;
  KernelBankInput input;
  std::vector<std::vector<float>> parameters, gradients;
  std::vector<KernelBankView> banks;
  std::vector<KernelBankGradient> to;
};

KernelBankOptions options_of(int64_t method, int64_t level, int64_t threads) {
  KernelBankOptions options = {.method = static_cast<KernelBankMethod>(method), .simd = static_cast<SimdLevel>(level)};
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
  Problem p(85, state.range(0));
  const KernelBankOptions options = options_of(state.range(1), state.range(2), state.range(3));
  const auto loss = [](int64_t, const float* z, float* dz) {
    for (int64_t t = 0; t < samples; ++t) dz[t] = (1 / (1 + std::exp(-z[t])) - 0.5f) / (85 * samples);
  };
  for (auto _ : state) kernel_bank_step(p.input, p.banks, loss, nullptr, p.to, nullptr, options);
}

void forward_then_backward(benchmark::State& state) {
  Problem p(85, state.range(0));
  const KernelBankOptions options = options_of(state.range(1), state.range(2), 1);
  for (auto _ : state) {
    kernel_bank_forward(p.input, p.banks, p.z.data(), options);
    kernel_bank_backward(p.input, p.banks, p.z.data(), p.to, nullptr, options);
  }
}

void inference_of_one_window(benchmark::State& state) {
  Problem p(1, state.range(0));
  const KernelBankOptions options = options_of(state.range(1), state.range(2), 1);
  for (auto _ : state) kernel_bank_forward(p.input, p.banks, p.z.data(), options);
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

void best_ways(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->ArgNames({"kernels", "method", "simd"});
  for (int64_t count : {8, 24, 128}) {
    for (int64_t method : {0, 1, 2}) bench->Args({count, method, static_cast<int64_t>(best_simd_level())});
  }
}

BENCHMARK(multiply_add_peak);
BENCHMARK(training_step)->Apply(every_way);
BENCHMARK(forward_then_backward)->Apply(best_ways);
BENCHMARK(inference_of_one_window)->Apply(best_ways);

}  // namespace
}  // namespace lathe

BENCHMARK_MAIN();
