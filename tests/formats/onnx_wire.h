/// Pieces of ONNX files by hand: fields of its wire format, and the tensor files of ONNX's own tests.
#pragma once

#include <filesystem>
#include <string>

#include "lathe/base/files.h"
#include "lathe/graph/onnx_form.h"
#include "lathe/onnx/model.h"

namespace lathe::test {

inline std::string wire_varint(uint64_t value) {
  std::string text;
  for (; value > 127; value >>= 7) text += static_cast<char>((value & 127) | 128);
  return text + static_cast<char>(value);
}
inline std::string wire_number(int field, int64_t value) {
  return wire_varint(static_cast<uint64_t>(field) << 3) + wire_varint(static_cast<uint64_t>(value));
}
inline std::string wire_bytes(int field, const std::string& bytes) {
  return wire_varint(static_cast<uint64_t>(field) << 3 | 2) + wire_varint(bytes.size()) + bytes;
}
/// A whole model that holds one constant; appended to another model it adds the constant to that.
inline std::string model_with_constant(const std::string& tensor) {
  return wire_bytes(7, wire_bytes(5, tensor)) + wire_bytes(8, wire_number(2, 17));
}

/// A file with one TensorProto, which lathe itself never meets on its own.
inline OnnxTensor read_tensor_file(const std::filesystem::path& path) {
  return parse_onnx(model_with_constant(read_text(path)), path.parent_path(), path.string()).constants.at(0);
}

}  // namespace lathe::test
