/// Times what pretraining does to windows as it loads them: three tasks, with and without turning; batches of 128
/// windows of 10 s, one thread. 0: reading alone.
#include <ATen/Parallel.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>

#include <numeric>

#include "lathe/pretrain/pretext_batches.h"

namespace lathe {
namespace {

constexpr int64_t kRows = 1024, kBatch = 128;

void pretext_load(benchmark::State& state) {
  at::set_num_threads(1);
  const TensorBatches windows({at::randn({kRows, 3, 300})}, {at::zeros({kRows}, at::kLong)});
  PretrainOptions options;
  options.axis_swap = options.rotation = state.range(0) == 2;
  const PretextBatches changed(windows, options);
  const BatchSource& source = state.range(0) == 0 ? static_cast<const BatchSource&>(windows) : changed;
  std::vector<int64_t> rows(kBatch);
  std::iota(rows.begin(), rows.end(), 0);
  for (auto _ : state) benchmark::DoNotOptimize(source.load(rows));
  state.counters["window"] = benchmark::Counter(static_cast<double>(state.iterations() * kBatch),
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(pretext_load)->ArgName("what")->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace lathe
