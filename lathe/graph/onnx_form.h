/// How an op says itself in ONNX, and how it is read from there. Plain names and constants: the file is onnx/'s matter,
/// the walk over a whole network that of formats/.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/graph/builder.h"
#include "lathe/onnx/model.h"

namespace lathe {

/// @throws Error for a type that the other side does not have
Tensor tensor_of(const OnnxTensor& constant);
OnnxTensor onnx_tensor(std::string name, const Tensor& value);

/// Writes one node of a graph, as one ONNX node or several. Opset 17.
class OnnxWriter {
 public:
  /// `taken`: the names that values of the file have; new ones are added.
  OnnxWriter(OnnxModel& model, const Node& node, std::vector<std::string> inputs, std::vector<Shape> shapes,
             Shape output, std::set<std::string>& taken)
      : model_(model),
        node_(node),
        inputs_(std::move(inputs)),
        shapes_(std::move(shapes)),
        output_(std::move(output)),
        taken_(taken) {}

  /// The inputs' shapes, batch 1, and the node's tensors.
  Inputs in() const { return {shapes_, node_.params}; }
  const Shape& output_shape() const { return output_; }
  /// The name of an input's value.
  const std::string& input(size_t place = 0) const { return inputs_.at(place); }
  const std::vector<std::string>& inputs() const { return inputs_; }
  /// The name of the node's own tensor, "stem.weight"; empty where the node has none: ONNX's way of leaving one out.
  std::string param(std::string_view name);
  /// A new constant of this node; returns its name.
  std::string constant(std::string_view name, const Tensor& value);
  std::string constant(std::string_view name, const std::vector<int64_t>& values);  ///< int64 [n]
  std::string scalar(std::string_view name, double value);                          ///< float32 []
  /// An ONNX node on the way; returns the name of its output.
  std::string step(std::string_view name, std::string type, std::vector<std::string> inputs,
                   OnnxAttributes attributes = {});
  /// The ONNX node that gives the node's output. Last.
  void finish(std::string type, std::vector<std::string> inputs, OnnxAttributes attributes = {});
  /// The frequent case: `finish` on the inputs as they are.
  void finish(std::string type) { finish(std::move(type), inputs_); }

 private:
  OnnxModel& model_;
  const Node& node_;
  std::vector<std::string> inputs_;
  std::vector<Shape> shapes_;
  Shape output_;
  std::set<std::string>& taken_;

  /// "NODE.part", or with as many underscores as make it new.
  std::string part_name(std::string_view part);
};

/// One input of an ONNX node that is being read: a value that flows, or a constant.
struct OnnxInput {
  Value value = {};
  Tensor constant = {};
  bool trained = false;  ///< a constant that the file holds as a weight, not as a number in the graph
  bool given() const { return constant.defined() || value.builder != nullptr; }
};

/// One ONNX node that is being read, as its rule sees it.
class OnnxCall {
 public:
  OnnxCall(Builder& builder, const OnnxNode& node, int64_t opset, std::string name, std::vector<OnnxInput> inputs)
      : builder_(builder), node_(node), opset_(opset), name_(std::move(name)), inputs_(std::move(inputs)) {}

  const OnnxNode& node() const { return node_; }
  int64_t opset() const { return opset_; }
  /// What the node is to be called; `name("pad")` is "NAME.pad" for a second one.
  const std::string& name() const { return name_; }
  std::string name(std::string_view part) const { return name_ + "." + std::string(part); }
  Builder& builder() { return builder_; }

  size_t size() const { return inputs_.size(); }
  bool has(size_t place) const;
  bool is_constant(size_t place) const { return has(place) && inputs_[place].constant.defined(); }
  /// @throws Error (unsupported) when it is a constant or not given
  Value value(size_t place = 0) const;
  /// All inputs. @throws Error (unsupported) when one is a constant
  std::vector<Value> values() const;
  /// On the CPU, of the file's type. @throws Error (unsupported) when it is computed from the network's inputs
  Tensor constant(size_t place) const;
  /// A constant of whole numbers as a list, a constant of one number as that.
  std::vector<int64_t> integers(size_t place) const;
  double number(size_t place) const;
  /// The constant as a tensor of the node, in float32: trained when the file holds it as a weight.
  Param param(size_t place, std::string name) const;

  /// The attribute of that name, or what holds without it. @throws Error when it is of another kind
  int64_t integer(std::string_view attribute, int64_t without) const;
  double real(std::string_view attribute, double without) const;
  std::string word(std::string_view attribute, std::string without) const;
  std::vector<int64_t> list(std::string_view attribute, std::vector<int64_t> without = {}) const;
  std::vector<double> reals(std::string_view attribute, std::vector<double> without = {}) const;
  bool has_attribute(std::string_view attribute) const;
  /// For an attribute that says again what is known: a kernel's shape beside its weight.
  void ignore(std::string_view attribute) const { asked_.emplace(attribute); }
  /// What the node says and nobody asked for, attributes and inputs: empty, or it means something else than was read.
  std::vector<std::string> unread() const;

  /// Adds the node that the ONNX node becomes.
  Value add(OpPtr op, const std::vector<Value>& inputs, Params params = {}) {
    return builder_.add(name_, std::move(op), inputs, std::move(params));
  }
  /// For what the specification allows and lathe does not do: the offence, without the node's name.
  template <class... Args>
  void require(bool ok, fmt::format_string<Args...> sentence, Args&&... args) const {
    if (!ok) fail_as(ExitCode::unsupported, sentence, std::forward<Args>(args)...);
  }

 private:
  Builder& builder_;
  const OnnxNode& node_;
  int64_t opset_;
  std::string name_;
  std::vector<OnnxInput> inputs_;
  mutable std::set<std::string, std::less<>> asked_;
  mutable std::set<size_t> read_;

  template <class T>
  const T* typed(std::string_view attribute, std::string_view kind) const;
};

/// How nodes of one ONNX type are read: gives one value an output.
struct OnnxRule {
  std::string_view type;
  std::vector<Value> (*read)(OnnxCall& call);
};

}  // namespace lathe
