/// A network as data: an ordered list of named nodes. Passes are free functions over it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/graph/op.h"

namespace lathe {

struct Node {
  std::string name;  ///< unique; "stage1.block2.conv1"
  OpPtr op;
  std::vector<int> inputs;  ///< places of earlier nodes in Graph::nodes
  Params params;
};

/// Copying a graph copies the list and shares the tensors; `clone` copies both.
struct Graph {
  std::vector<Node> nodes;   ///< in an order in which every node comes after its inputs
  std::vector<int> outputs;  ///< places in `nodes`

  /// The node's place. @throws Error (usage) with a suggestion.
  int index(std::string_view name) const;
  const Node& node(std::string_view name) const { return nodes[static_cast<size_t>(index(name))]; }
  Node& node(std::string_view name) { return nodes[static_cast<size_t>(index(name))]; }
  /// Places of the graph's inputs, in order.
  std::vector<int> inputs() const;
  /// Places of the nodes that read node `index`.
  std::vector<int> readers(int index) const;
};

/// The op of a graph input: holds the nominal shape without the batch ([C, T]); a run may bring other lengths.
class InputOp final : public Op {
 public:
  /// @throws Error unless there is at least one axis and every size is from 1 to 2^31.
  explicit InputOp(Shape sample);
  std::string_view kind() const override { return "input"; }
  Attributes attributes() const override { return {{"shape", sample_.sizes()}}; }
  Arity arity() const override { return {0, 0}; }
  Shape shape(const Inputs&) const override;
  Tensor forward(std::span<const Tensor>, const Params&, Mode) const override;
  Ties ties(const Inputs&) const override { return {}; }
  const Shape& sample() const { return sample_; }
  /// Another batch or length is fine, another rank or number of channels is not. @throws Error
  void accept(const Shape& given) const;

 private:
  Shape sample_;
};

struct NamedParam {
  std::string name;  ///< "stem.weight"
  Param* param;
  int node;
};
/// Every parameter and buffer with its full name, in the order of the nodes.
std::vector<NamedParam> named_params(Graph& graph);
struct ConstNamedParam {
  std::string name;
  const Param* param;
  int node;
};
std::vector<ConstNamedParam> named_params(const Graph& graph);

/// A copy that shares nothing with `graph`.
Graph clone(const Graph& graph);

/// The output shape of one op. @throws Error for a wrong number of inputs, then whatever the op finds
Shape shape_of(const Op& op, const Inputs& in);

/// The shape of every node's output. `inputs`: one shape an input, with the batch; empty: the nominal ones, batch 1.
/// @throws Error "node 'NAME': …"
std::vector<Shape> shapes(const Graph& graph, const std::vector<Shape>& inputs = {});

}  // namespace lathe
