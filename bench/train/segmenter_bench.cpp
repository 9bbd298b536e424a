/// Times the segmenter as a user runs it: run(graph, x) on one window, and a whole training step on 85.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <benchmark/benchmark.h>

#include <numeric>

#include "lathe/exec/run.h"
#include "lathe/kernels/method_guard.h"
#include "lathe/models/kernel_models.h"
#include "lathe/train/gradient.h"
#include "lathe/train/optimizer.h"

namespace lathe {
namespace {

/// As after training: the weights of the sum are not zero.
Graph segmenter(int64_t kernels) {
  at::manual_seed(1);
  Settings settings("bench");
  settings.set("kernels", kernels, "bench");
  Graph graph = build_kernel_segmenter(settings);
  graph.node("mix").params.find("weight")->value.detach().normal_();
  return graph;
}

/// method: as KernelBankMethod; 3: LibTorch's operations one by one.
void inference(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  at::set_num_threads(static_cast<int>(state.range(1)));
  const Graph graph = segmenter(state.range(0));
  const Tensor x = at::randn({1, 1, 1920});
  const bool fuse = state.range(2) != 3;
  const KernelMethodGuard guard(fuse ? static_cast<KernelBankMethod>(state.range(2)) : KernelBankMethod::automatic);
  for (auto _ : state) benchmark::DoNotOptimize(run(graph, {x}, {.fuse = fuse}).outputs[0].data_ptr());
}

void training_step(benchmark::State& state) {
  at::set_num_threads(static_cast<int>(state.range(1)));
  Graph graph = segmenter(state.range(0));
  const TensorBatches rows({at::randn({85, 1, 1920})}, {at::rand({85, 1920}).gt(0.5).to(at::kFloat)});
  std::vector<int64_t> order(85);
  std::iota(order.begin(), order.end(), 0);
  const auto loss = make_loss({.kind = "bce"});
  Optimizer optimizer({.kind = "adam", .learning_rate = 0.01, .weight_decay = 1e-4});
  const KernelMethodGuard guard(static_cast<KernelBankMethod>(state.range(2)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(gradient(graph, *loss, rows, order, {}).loss);
    optimizer.step(graph, 0.01);
  }
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"kernels", "threads", "method"})->UseRealTime();
  for (int64_t kernels : {8, 24, 128, 512}) {
    for (int64_t threads : {1, 2}) {
      for (int64_t method : {0, 1, 2}) bench->Args({kernels, threads, method});
    }
  }
}

void sizes_and_libtorch(benchmark::internal::Benchmark* bench) {
  sizes(bench);
  for (int64_t kernels : {8, 24, 128, 512}) bench->Args({kernels, 1, 3});
}

BENCHMARK(inference)->Apply(sizes_and_libtorch)->Unit(benchmark::kMicrosecond);
BENCHMARK(training_step)->Apply(sizes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lathe
