/// From the file's bytes to plain data. Everything that a file may claim is held against what it holds before memory is
/// taken.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/onnx/model.h"
#include "lathe/onnx/onnx.pb.h"

namespace lathe {
namespace {

namespace fs = std::filesystem;

struct Reader {
  const fs::path& folder;

  OnnxModel model(const wire::Model& from) const {
    check(from.has_graph() && from.opset_import_size() > 0, "is not an ONNX model (expected a graph and an opset)");
    check(
        from.functions_size() == 0,
        "has {} functions of its own, the first is '{}'; export without them (torch.onnx.export inlines them), or run "
        "onnx.inliner.inline_local_functions on it",
        from.functions_size(), from.functions_size() > 0 ? from.functions(0).name() : "");
    OnnxModel model;
    model.ir_version = from.ir_version();
    model.producer = from.producer_name();
    if (from.has_producer_version()) model.producer += " " + from.producer_version();
    model.opset = 0;
    for (const wire::OperatorSet& set : from.opset_import())
      if (set.domain().empty() || set.domain() == "ai.onnx") model.opset = set.version();
    for (const wire::Entry& entry : from.metadata_props()) model.metadata[entry.key()] = entry.value();
    graph(from.graph(), model);
    return model;
  }

 private:
  void graph(const wire::Graph& from, OnnxModel& model) const {
    check(from.sparse_initializer_size() == 0, "has sparse constants, which lathe does not read");
    constexpr int most = 1 << 20;  // an empty node has two bytes in a file and two hundred in memory
    const int64_t parts = int64_t{from.node_size()} + from.initializer_size() + from.input_size() + from.output_size();
    check(parts <= most, "has {} nodes, constants, inputs and outputs (expected at most {})", parts, most);
    model.name = from.name();
    std::set<std::string> constants;
    for (const wire::Tensor& constant : from.initializer()) {
      model.constants.push_back(tensor(constant));
      constants.insert(constant.name());
    }
    for (const wire::Node& each : from.node()) model.nodes.push_back(node(each));
    for (const wire::Value& each : from.input())
      if (constants.count(each.name()) == 0) model.inputs.push_back(value(each));
    for (const wire::Value& each : from.output()) model.outputs.push_back(value(each));
  }

  static OnnxValue value(const wire::Value& from) {
    const wire::TensorType& type = from.type().tensor_type();
    OnnxValue value{from.name(), static_cast<OnnxType>(type.elem_type()), type.has_shape(), {}};
    for (const wire::Dimension& size : type.shape().dim())
      value.shape.push_back({size.has_dim_value() ? size.dim_value() : -1, size.dim_param()});
    return value;
  }

  OnnxNode node(const wire::Node& from) const {
    OnnxNode node{from.name(), from.op_type(), {from.input().begin(), from.input().end()}, {}, {}, {}, {}};
    node.outputs.assign(from.output().begin(), from.output().end());
    if (from.domain() != "ai.onnx") node.domain = from.domain();
    for (const wire::Attribute& each : from.attribute())
      within("node " + node.label() + ": attribute '" + each.name() + "'", [&] { attribute(each, node); });
    return node;
  }

  void attribute(const wire::Attribute& from, OnnxNode& node) const {
    OnnxAttribute& to = node.attributes[from.name()];
    switch (from.type() != 0 ? from.type() : guess(from)) {
      case 1:
        to = from.f();
        return;
      case 2:
        to = from.i();
        return;
      case 3:
        to = from.s();
        return;
      case 4:
        to = tensor(from.t());
        return;
      case 6:
        to = std::vector<float>(from.floats().begin(), from.floats().end());
        return;
      case 7:
        to = std::vector<int64_t>(from.ints().begin(), from.ints().end());
        return;
      case 8:
        to = std::vector<std::string>(from.strings().begin(), from.strings().end());
        return;
      default:
        node.attributes.erase(from.name());
        node.subgraphs.push_back(from.name());
    }
  }
  /// Files of IR version 1 leave the type out.
  static int guess(const wire::Attribute& from) {
    if (from.has_f()) return 1;
    if (from.has_i()) return 2;
    if (from.has_s()) return 3;
    if (from.has_t()) return 4;
    if (from.floats_size() > 0) return 6;
    if (from.ints_size() > 0) return 7;
    return from.strings_size() > 0 ? 8 : 5;
  }

  OnnxTensor tensor(const wire::Tensor& from) const {
    return within("constant '" + from.name() + "'", [&] {
      OnnxTensor tensor{from.name(), static_cast<OnnxType>(from.data_type()), {}, {}};
      tensor.dims.assign(from.dims().begin(), from.dims().end());
      const int64_t size = size_of(tensor.type);
      check(size > 0, "elements of type {} (expected numbers or bools)", from.data_type());
      const int64_t wanted = bytes_wanted(tensor.dims, size);
      tensor.data = from.data_location() == 1 ? external(from, wanted)
                    : from.has_raw_data()     ? from.raw_data()
                                              : typed(from, tensor.type);
      check(static_cast<int64_t>(tensor.data.size()) == wanted, "holds {} bytes (expected {} for {} of shape [{}])",
            tensor.data.size(), wanted, name_of(tensor.type), fmt::join(tensor.dims, ", "));
      return tensor;
    });
  }

  static int64_t bytes_wanted(const std::vector<int64_t>& dims, int64_t size) {
    constexpr int64_t most = int64_t{1} << 40;
    int64_t bytes = size;
    check(dims.size() <= 64, "has {} axes (expected at most 64)", dims.size());
    for (const int64_t each : dims) check(each >= 0, "has a negative size: [{}]", fmt::join(dims, ", "));
    if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return 0;
    for (const int64_t each : dims) {
      check(each <= most / bytes, "shape [{}] is larger than any memory", fmt::join(dims, ", "));
      bytes *= each;
    }
    return bytes;
  }

  /// Small types travel in 32-bit fields, one element each.
  static std::string typed(const wire::Tensor& from, OnnxType type) {
    switch (type) {
      case OnnxType::float32:
        return packed<float>(from.float_data());
      case OnnxType::float64:
        return packed<double>(from.double_data());
      case OnnxType::int64:
        return packed<int64_t>(from.int64_data());
      case OnnxType::uint64:
        return packed<uint64_t>(from.uint64_data());
      case OnnxType::uint32:
        return packed<uint32_t>(from.uint64_data());
      case OnnxType::int32:
        return packed<int32_t>(from.int32_data());
      case OnnxType::uint16:
      case OnnxType::int16:
      case OnnxType::float16:
      case OnnxType::bfloat16:
        return packed<uint16_t>(from.int32_data());
      default:
        return packed<uint8_t>(from.int32_data());
    }
  }
  template <class T, class Field>
  static std::string packed(const Field& values) {
    std::string bytes(static_cast<size_t>(values.size()) * sizeof(T), '\0');
    for (int i = 0; i < values.size(); ++i) {
      const T value = static_cast<T>(values[i]);
      std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
    }
    return bytes;
  }

  std::string external(const wire::Tensor& from, int64_t wanted) const {
    std::string location;
    int64_t offset = 0, length = -1;
    for (const wire::Entry& entry : from.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = number(entry);
      if (entry.key() == "length") length = number(entry);
    }
    const fs::path relative = location;
    const bool leaves = relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end();
    check(!location.empty() && !leaves && inside(folder / relative),
          "external data in '{}' (expected a file below the model's own folder)", location);
    const MappedFile file(folder / relative);
    const auto size = static_cast<int64_t>(file.bytes().size());
    if (length < 0) length = wanted;
    check(offset <= size && length <= size - offset, "external data '{}': bytes {} to {} (the file has {})", location,
          offset, offset + length, size);
    return {reinterpret_cast<const char*>(file.bytes().data()) + offset, static_cast<size_t>(length)};
  }
  /// Also after symbolic links are followed.
  bool inside(const fs::path& file) const {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(file, error),
                   base = fs::weakly_canonical(folder.empty() ? "." : folder, error);
    const auto [end, rest] = std::mismatch(base.begin(), base.end(), real.begin(), real.end());
    return !error && end == base.end();
  }
  static int64_t number(const wire::Entry& entry) {
    check(!entry.value().empty() && entry.value().size() < 16 &&
              entry.value().find_first_not_of("0123456789") == std::string::npos,
          "external data: {} '{}' (expected a number of bytes)", entry.key(), entry.value());
    return std::stoll(entry.value());
  }
};

}  // namespace

OnnxModel parse_onnx(std::string_view bytes, const fs::path& folder, const std::string& where) {
  return within(where, [&] {
    check(bytes.size() < (size_t{1} << 31),
          "has {} bytes (expected less than 2 GiB: larger models keep their weights in a file beside)", bytes.size());
    wire::Model wire;
    google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    google::protobuf::io::CodedInputStream coded(&stream);
    coded.SetRecursionLimit(64);
    check(!bytes.empty() && wire.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage(),
          "is not an ONNX file, or is truncated or damaged ({} bytes)", bytes.size());
    return Reader{folder}.model(wire);
  });
}

OnnxModel read_onnx(const fs::path& path) {
  const MappedFile file(path);
  return parse_onnx({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, path.parent_path(),
                    path.string());
}

}  // namespace lathe
