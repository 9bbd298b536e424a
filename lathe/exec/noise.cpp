#include "lathe/exec/noise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randn.h>

namespace lathe {

std::vector<Tensor> noise(const Graph& graph, int64_t batch, uint64_t seed, const std::vector<Shape>& inputs) {
  check(batch >= 1, "noise: a batch of {} (expected at least 1)", batch);
  const std::vector<int> places = graph.inputs();
  check(inputs.empty() || inputs.size() == places.size(), "noise: {} shapes for {} inputs", inputs.size(),
        places.size());
  const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::vector<Tensor> tensors;
  for (size_t j = 0; j < places.size(); ++j) {
    const Node& node = graph.nodes[static_cast<size_t>(places[j])];
    const auto& input = dynamic_cast<const InputOp&>(*node.op);
    std::vector<int64_t> sizes = (inputs.empty() ? input.sample() : inputs[j]).sizes();
    sizes.insert(sizes.begin(), batch);
    within(fmt::format("node '{}'", node.name), [&] { input.accept(Shape(sizes)); });
    tensors.push_back(at::randn(sizes, generator));
  }
  return tensors;
}

}  // namespace lathe
