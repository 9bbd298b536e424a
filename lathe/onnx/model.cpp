#include "lathe/onnx/model.h"

namespace lathe {

std::string_view name_of(OnnxType type) {
  switch (type) {
    case OnnxType::float32:
      return "float32";
    case OnnxType::uint8:
      return "uint8";
    case OnnxType::int8:
      return "int8";
    case OnnxType::uint16:
      return "uint16";
    case OnnxType::int16:
      return "int16";
    case OnnxType::int32:
      return "int32";
    case OnnxType::int64:
      return "int64";
    case OnnxType::text:
      return "text";
    case OnnxType::boolean:
      return "bool";
    case OnnxType::float16:
      return "float16";
    case OnnxType::float64:
      return "float64";
    case OnnxType::uint32:
      return "uint32";
    case OnnxType::uint64:
      return "uint64";
    case OnnxType::bfloat16:
      return "bfloat16";
  }
  return "an unknown type";
}

int64_t size_of(OnnxType type) {
  switch (type) {
    case OnnxType::uint8:
    case OnnxType::int8:
    case OnnxType::boolean:
      return 1;
    case OnnxType::uint16:
    case OnnxType::int16:
    case OnnxType::float16:
    case OnnxType::bfloat16:
      return 2;
    case OnnxType::float32:
    case OnnxType::int32:
    case OnnxType::uint32:
      return 4;
    case OnnxType::float64:
    case OnnxType::int64:
    case OnnxType::uint64:
      return 8;
    case OnnxType::text:
      return 0;
  }
  return 0;
}

int64_t OnnxTensor::count() const {
  int64_t count = 1;
  for (const int64_t size : dims) count *= size;
  return count;
}

const std::string& OnnxNode::input(size_t place) const {
  static const std::string nothing;
  return place < inputs.size() ? inputs[place] : nothing;
}

std::string OnnxNode::label() const {
  const std::string& called = !name.empty() || outputs.empty() ? name : outputs[0];
  return "'" + called + "' (" + type + ")";
}

}  // namespace lathe
