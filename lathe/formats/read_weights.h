/// Weights out of whatever file holds them: one question for every format, answered by content, never by ending.
#pragma once

#include <filesystem>
#include <string_view>

#include "lathe/formats/safetensors.h"

namespace lathe {

/// Reads a safetensors file or a PyTorch state dict.
/// @param entry  which dict of a checkpoint; empty: as read_state_dict finds it
/// @throws Error of the format's own reader, or that the file is neither
TensorFile read_weights(const std::filesystem::path& path, std::string_view entry = {});

}  // namespace lathe
