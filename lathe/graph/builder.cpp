#include "lathe/graph/builder.h"

#include "lathe/graph/verify.h"

namespace lathe {

const Shape& Value::shape() const {
  return builder->shape(node);
}

Value Builder::input(std::string name, Shape sample) {
  return add(std::move(name), std::make_shared<InputOp>(std::move(sample)), {});
}

Value Builder::add(std::string name, OpPtr op, const std::vector<Value>& inputs, Params params) {
  Node node{std::move(name), std::move(op), {}, std::move(params)};
  std::vector<Shape> mine;
  for (const Value& input : inputs) {
    node.inputs.push_back(input.node);
    mine.push_back(shape(input.node));
  }
  within(fmt::format("node '{}'", node.name), [&] {
    check(names_.count(node.name) == 0, "the name is already taken");
    shapes_.push_back(shape_of(*node.op, {mine, node.params}));
  });
  names_.insert(node.name);
  graph_.nodes.push_back(std::move(node));
  return {this, static_cast<int>(graph_.nodes.size()) - 1};
}

Graph Builder::finish(const std::vector<Value>& outputs) {
  for (const Value& output : outputs) graph_.outputs.push_back(output.node);
  for (Node& node : graph_.nodes)
    for (Param& param : node.params)
      if (!param.buffer) param.value.set_requires_grad(true);
  verify(graph_);
  return std::move(graph_);
}

}  // namespace lathe
