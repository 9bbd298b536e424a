/// Reads an ONNX file as a graph: constants folded, shape arithmetic resolved, the patterns that exporters scatter
/// recognised as the op they are. What comes out is an ordinary graph: it trains, is pruned and exported like any
/// other.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "lathe/formats/model_file.h"
#include "lathe/onnx/model.h"

namespace lathe {

struct OnnxImportOptions {
  /// Sizes of inputs without the batch, {"signal": [3, 300]}: for inputs whose sizes the file leaves open.
  std::map<std::string, Shape> inputs = {};
};

/// Opsets 7 to 25. The first axis of every input is the batch, whatever the file says of it. Nodes are named after
/// their weights ("layer1.0.conv1" from "layer1.0.conv1.weight"), else as in the file. Notes say what the graph does
/// not: "onnx.shared", weights that several nodes read and that are separate now; "onnx.fixed", filters that do not
/// train.
/// @throws Error that begins with the path; (unsupported) with all nodes that lathe lacks an op for
Model import_onnx(const std::filesystem::path& path, const OnnxImportOptions& options = {});
/// The same from memory, errors without the path.
Model import_onnx(OnnxModel file, const OnnxImportOptions& options = {});

}  // namespace lathe
