/// Preprocessing as JSON text: the same words in a model file and in an ONNX file's metadata.
#pragma once

#include <string>

#include "lathe/formats/model_file.h"

namespace lathe {

/// @throws Error for settings that do not go together, or that are not UTF-8
std::string preprocessing_to_json(const Preprocessing& settings);
/// @throws Error for text that is not JSON, unknown or missing settings, settings that do not go together
Preprocessing preprocessing_from_json(const std::string& text);

}  // namespace lathe
