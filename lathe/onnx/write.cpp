/// From plain data to the file's bytes, in the order given: equal models give equal bytes.
#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/onnx/model.h"
#include "lathe/onnx/onnx.pb.h"

namespace lathe {
namespace {

void write(const OnnxTensor& from, wire::Tensor& to) {
  to.set_name(from.name);
  to.set_data_type(static_cast<int>(from.type));
  for (const int64_t size : from.dims) to.add_dims(size);
  to.set_raw_data(from.data);
}

struct WriteAttribute {
  wire::Attribute& to;
  void operator()(int64_t value) const { to.set_type(2), to.set_i(value); }
  void operator()(float value) const { to.set_type(1), to.set_f(value); }
  void operator()(const std::string& value) const { to.set_type(3), to.set_s(value); }
  void operator()(const OnnxTensor& value) const { to.set_type(4), write(value, *to.mutable_t()); }
  void operator()(const std::vector<float>& values) const {
    to.set_type(6);
    for (const float value : values) to.add_floats(value);
  }
  void operator()(const std::vector<int64_t>& values) const {
    to.set_type(7);
    for (const int64_t value : values) to.add_ints(value);
  }
  void operator()(const std::vector<std::string>& values) const {
    to.set_type(8);
    for (const std::string& value : values) to.add_strings(value);
  }
};

void write(const OnnxNode& from, wire::Node& to) {
  for (const std::string& name : from.inputs) to.add_input(name);
  for (const std::string& name : from.outputs) to.add_output(name);
  to.set_name(from.name);
  to.set_op_type(from.type);
  if (!from.domain.empty()) to.set_domain(from.domain);
  for (const auto& [name, value] : from.attributes) {
    wire::Attribute& attribute = *to.add_attribute();
    attribute.set_name(name);
    std::visit(WriteAttribute{attribute}, value);
  }
}

void write(const OnnxValue& from, wire::Value& to) {
  to.set_name(from.name);
  wire::TensorType& type = *to.mutable_type()->mutable_tensor_type();
  type.set_elem_type(static_cast<int>(from.type));
  if (!from.has_shape) return;
  wire::Shape& shape = *type.mutable_shape();
  for (const OnnxSize& size : from.shape) {
    wire::Dimension& dimension = *shape.add_dim();
    if (!size.name.empty()) {
      dimension.set_dim_param(size.name);
    } else if (size.value >= 0) {
      dimension.set_dim_value(size.value);
    }
  }
}

}  // namespace

std::string onnx_bytes(const OnnxModel& model) {
  wire::Model wire;
  wire.set_ir_version(model.ir_version);
  wire.set_producer_name(model.producer);
  wire.add_opset_import()->set_version(model.opset);
  for (const auto& [key, value] : model.metadata) {
    wire::Entry& entry = *wire.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  wire::Graph& graph = *wire.mutable_graph();
  graph.set_name(model.name);
  for (const OnnxNode& node : model.nodes) write(node, *graph.add_node());
  for (const OnnxTensor& constant : model.constants) write(constant, *graph.add_initializer());
  for (const OnnxValue& value : model.inputs) write(value, *graph.add_input());
  for (const OnnxValue& value : model.outputs) write(value, *graph.add_output());
  check(wire.ByteSizeLong() < (size_t{1} << 31), "the model takes {} bytes (ONNX allows 2 GiB in one file)",
        wire.ByteSizeLong());
  return wire.SerializeAsString();
}

void write_onnx(const std::filesystem::path& path, const OnnxModel& model) {
  write_atomic(path, within(path.string(), [&] { return onnx_bytes(model); }));
}

}  // namespace lathe
