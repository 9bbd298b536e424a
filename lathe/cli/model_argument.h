/// What the verbs share that only look at a network: the file it is in, and the shape of its input.
#pragma once

#include <string>
#include <vector>

#include "lathe/cli/verb.h"
#include "lathe/formats/import_onnx.h"
#include "lathe/formats/model_file.h"

namespace lathe {

/// A required positional: a model file or an ONNX file.
void declare_model(CLI::App& app, const std::string& name, std::string& path);
/// --input
void declare_input(CLI::App& app, std::string& text);

/// Opens a model file, or an ONNX file where the name ends so.
Model open_model(const std::string& path);
/// An ONNX file as every verb takes it: padding that exporters write as nodes is the convolutions' own, windows
/// [N, T] are [N, 1, T].
Model open_onnx(const std::string& path, const OnnxImportOptions& options = {});
/// Writes an ONNX file where the name ends so, else a model file.
void write_model(const std::string& path, const Model& model);
/// The text of --input, "1,1920", as one shape behind the axis `batch`; 0 leaves that out. Empty text: no shape.
/// @throws Error (usage) for sizes below 1, or so large that costs would not fit into a number
std::vector<Shape> input_shapes(const std::string& text, int64_t batch);

}  // namespace lathe
