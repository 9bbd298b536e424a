/// Writes a graph as ONNX, opset 17, with a symbolic batch: for onnxruntime and every other reader. Weights keep their
/// names.
#pragma once

#include <filesystem>

#include "lathe/formats/model_file.h"
#include "lathe/onnx/model.h"

namespace lathe {

/// The graph as it computes at inference (dropout gone). Preprocessing travels in the metadata ("lathe.preprocessing").
/// @throws Error (unsupported) that lists every node that ONNX has no form for
OnnxModel to_onnx(const Model& model);

/// Writes the file whole or not at all, after reading it back and running both on the same noise: what is written is
/// proved equal.
/// @returns the largest difference of the outputs over their largest value
/// @throws Error (bug) when the two differ by more than 1e-4
double export_onnx(const std::filesystem::path& path, const Model& model);

}  // namespace lathe
