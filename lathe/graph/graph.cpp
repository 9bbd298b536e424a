#include "lathe/graph/graph.h"

#include <ATen/ops/empty_like.h>

#include "lathe/base/text.h"

namespace lathe {

int Graph::index(std::string_view name) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == name) return static_cast<int>(i);
    names.push_back(nodes[i].name);
  }
  throw Error(unknown_name("node", name, names), ExitCode::usage);
}

std::vector<int> Graph::inputs() const {
  std::vector<int> found;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (dynamic_cast<const InputOp*>(nodes[i].op.get()) != nullptr) found.push_back(static_cast<int>(i));
  return found;
}

std::vector<int> Graph::readers(int index) const {
  std::vector<int> found;
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const int input : nodes[i].inputs)
      if (input == index) {
        found.push_back(static_cast<int>(i));
        break;
      }
  return found;
}

constexpr int64_t kLargestSize = int64_t{1} << 31;

InputOp::InputOp(Shape sample) : sample_(std::move(sample)) {
  check(sample_.rank() >= 1, "input: the shape [] has no channels (expected [C], [C, T] or [C, H, W])");
  int64_t count = 1;
  for (const int64_t size : sample_.sizes()) {
    check(size >= 1 && size <= kLargestSize && (count *= size) <= kLargestSize,
          "input: shape {} (expected sizes of at least 1, and at most 2^31 values)", sample_);
  }
}

void InputOp::accept(const Shape& given) const {
  std::vector<std::string> sizes = {"N", std::to_string(sample_[0])};
  constexpr const char* kSpatial[] = {"T", "H", "W"};
  const size_t axes = sample_.rank() - 1;
  for (size_t axis = 0; axis < axes; ++axis)
    sizes.emplace_back(axes == 1 ? kSpatial[0] : axis + 1 < axes ? kSpatial[1] : kSpatial[2]);
  check(given.rank() == sample_.rank() + 1 && given[1] == sample_[0], "input of shape {} (expected [{}])", given,
        join(sizes));
}

Shape InputOp::shape(const Inputs&) const {
  std::vector<int64_t> sizes = {1};
  sizes.insert(sizes.end(), sample_.sizes().begin(), sample_.sizes().end());
  return Shape(std::move(sizes));
}

Tensor InputOp::forward(std::span<const Tensor>, const Params&, Mode) const {
  fail("input: has no value of its own; pass it to run()");
}

std::vector<NamedParam> named_params(Graph& graph) {
  std::vector<NamedParam> all;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (Param& param : graph.nodes[i].params)
      all.push_back({graph.nodes[i].name + "." + param.name, &param, static_cast<int>(i)});
  return all;
}

std::vector<ConstNamedParam> named_params(const Graph& graph) {
  std::vector<ConstNamedParam> all;
  for (const NamedParam& entry : named_params(const_cast<Graph&>(graph)))
    all.push_back({entry.name, entry.param, entry.node});
  return all;
}

Graph clone(const Graph& graph) {
  Graph copy = graph;
  for (Node& node : copy.nodes)
    for (Param& param : node.params) {
      const bool trains = param.value.requires_grad();
      param.value = param.value.detach().clone();
      param.value.set_requires_grad(trains);
    }
  return copy;
}

Shape shape_of(const Op& op, const Inputs& in) {
  const Arity arity = op.arity();
  check(in.size() >= arity.least && in.size() <= arity.most, "{}: got {} inputs (expected {}{})", op.kind(), in.size(),
        arity.least < arity.most ? "at least " : "", arity.least);
  Shape shape = op.shape(in);
  constexpr int64_t kMost = int64_t{1} << 40;  // far from overflow, and from any memory
  int64_t count = 1;
  for (const int64_t size : shape.sizes()) {
    check(size >= 1 && size <= kMost / count, "{}: an output of {} (expected sizes of at least 1 that fit into memory)",
          op.kind(), shape);
    count *= size;
  }
  return shape;
}

std::vector<Shape> shapes(const Graph& graph, const std::vector<Shape>& inputs) {
  const std::vector<int> places = graph.inputs();
  check(inputs.empty() || inputs.size() == places.size(), "graph: wrong number of input shapes (expected {}, got {})",
        places.size(), inputs.size());
  std::vector<Shape> all(graph.nodes.size());
  size_t next_input = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(all[static_cast<size_t>(input)]);
    within(fmt::format("node '{}'", node.name), [&] {
      all[i] = shape_of(*node.op, {mine, node.params});
      if (inputs.empty() || next_input == places.size() || places[next_input] != static_cast<int>(i)) return;
      all[i] = inputs[next_input++];
      dynamic_cast<const InputOp&>(*node.op).accept(all[i]);
    });
  }
  return all;
}

}  // namespace lathe
