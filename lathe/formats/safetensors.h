/// Named tensors in one file, the way Hugging Face's safetensors lays them out: numbers and text only, nothing to
/// execute. Knows nothing of graphs.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lathe {

struct TensorFile {
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< in the order of the header
  std::map<std::string, std::string> metadata;

  /// The tensor of that name, or nothing.
  const at::Tensor* find(std::string_view name) const;
};

/// Reads a whole file onto the CPU; the tensors own their memory.
/// @throws Error that names the file and the tensor, for anything that the format does not allow
/// Source: https://github.com/huggingface/safetensors, "Format".
TensorFile read_safetensors(const std::filesystem::path& path);

/// Writes the file whole or not at all; equal content gives equal bytes. Tensors of other devices are copied to the
/// CPU.
/// @throws Error for a type that the format does not have, a name given twice, or a failed write
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace lathe
