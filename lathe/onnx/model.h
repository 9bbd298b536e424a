/// An ONNX file as plain data: nodes, named constants, inputs and outputs as they stand in the file. Knows neither
/// LibTorch nor lathe's graphs; formats/import_onnx and formats/export_onnx translate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lathe {

/// The element types of the specification that lathe knows, by their numbers in the file.
enum class OnnxType : int32_t {
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  text = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
};
std::string_view name_of(OnnxType type);
/// Bytes of one element; 0 for text.
int64_t size_of(OnnxType type);

/// A constant. `data` holds the elements row by row, little endian.
struct OnnxTensor {
  std::string name = {};
  OnnxType type = OnnxType::float32;
  std::vector<int64_t> dims = {};
  std::string data = {};
  int64_t count() const;
};

using OnnxAttribute = std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>,
                                   std::vector<std::string>, OnnxTensor>;
using OnnxAttributes = std::map<std::string, OnnxAttribute, std::less<>>;

struct OnnxNode {
  std::string name = {};                 ///< may be empty
  std::string type = {};                 ///< "Conv"
  std::vector<std::string> inputs = {};  ///< an empty name: an optional input that is not given
  std::vector<std::string> outputs = {};
  OnnxAttributes attributes = {};
  std::string domain = {};  ///< empty: ONNX's own
  /// Attributes that hold a graph (If, Loop, Scan): only their names are kept.
  std::vector<std::string> subgraphs = {};

  /// The name of an input; empty where it is not given.
  const std::string& input(size_t place) const;
  /// The attribute of that name, if it is there and of that kind.
  template <class T>
  const T* find(std::string_view attribute) const {
    const auto found = attributes.find(attribute);
    return found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
  }
  /// 'name' (Type), or the first output's name where the node has none: how messages call it.
  std::string label() const;
};

/// A size that is a number, or a name ("batch"), or neither.
struct OnnxSize {
  int64_t value = -1;  ///< -1: not a number
  std::string name = {};
};
struct OnnxValue {
  std::string name = {};
  OnnxType type = OnnxType::float32;
  bool has_shape = false;
  std::vector<OnnxSize> shape = {};
};

struct OnnxModel {
  int64_t ir_version = 8;
  int64_t opset = 17;  ///< of ONNX's own operators
  std::string producer = {};
  std::string name = {};
  std::map<std::string, std::string> metadata = {};
  std::vector<OnnxNode> nodes = {};
  std::vector<OnnxTensor> constants = {};  ///< "initializers", in the file's order
  std::vector<OnnxValue> inputs = {};      ///< without those that are constants too
  std::vector<OnnxValue> outputs = {};
};

/// Reads a whole file, constants in external files included (below the model's own folder only).
/// @throws Error that begins with the path: not an ONNX file, truncated, a constant whose size disagrees with its
/// shape, external data that is missing, too short or outside the folder, functions, sparse constants
/// Source: https://github.com/onnx/onnx/blob/main/docs/IR.md
OnnxModel read_onnx(const std::filesystem::path& path);
/// The same from memory; `folder` is where external data lies, and `where` begins the errors.
OnnxModel parse_onnx(std::string_view bytes, const std::filesystem::path& folder, const std::string& where);

/// Writes the file whole or not at all; equal models give equal bytes.
/// @throws Error when it would pass the 2 GiB that the format allows, or cannot be written
void write_onnx(const std::filesystem::path& path, const OnnxModel& model);
std::string onnx_bytes(const OnnxModel& model);

}  // namespace lathe
