/// Times what a look at activations costs beside the layer's forward pass: batch 32, 32 to 64 channels, 3x3, 32x32, one
/// thread. The weight's gradient of the binarised layer, which says the same, is what PyTorch users would compute.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/randn.h>
#include <benchmark/benchmark.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "lathe/sparsify/strength.h"

namespace lathe {
namespace {

struct Layer {
  Layer() {
    at::set_num_threads(1);
    Builder net;
    graph = net.finish({conv(net.input("input", {32, 32, 32}), "conv", {.out = 64, .kernel = 3, .padding = {1, 1}})});
    in = at::randn({32, 32, 32, 32});
    const at::NoGradGuard no_gradients;
    out = run(graph, in);
  }
  Graph graph;
  at::Tensor in, out;
};

const Layer& layer() {
  static const Layer one;
  return one;
}

void forward(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  for (auto _ : state) benchmark::DoNotOptimize(run(layer().graph, layer().in));
}
BENCHMARK(forward)->Name("statistics_forward")->Unit(benchmark::kMillisecond);

void look(benchmark::State& state, const char* kind) {
  const Node& node = layer().graph.node("conv");
  for (auto _ : state) benchmark::DoNotOptimize(strength_of(node, layer().in, layer().out, {.kind = kind}));
}
BENCHMARK_CAPTURE(look, coactivation, "coactivation")->Name("statistics_coactivation")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, variance, "variance")->Name("statistics_variance")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, correlation, "correlation")->Name("statistics_correlation")->Unit(benchmark::kMillisecond);

void identity(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const at::Tensor weight = layer().graph.node("conv").params.find("weight")->value;
  for (auto _ : state) {
    const at::Tensor in = layer().in.gt(0).to(at::kFloat), out = layer().out.gt(0).to(at::kFloat);
    benchmark::DoNotOptimize(at::convolution_backward(out, in, weight, at::OptionalIntArrayRef(), {1, 1}, {1, 1},
                                                      {1, 1}, false, {0, 0}, 1, {false, true, false}));
  }
}
BENCHMARK(identity)->Name("statistics_weight_gradient")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lathe
