/// PyTorch's state dicts: the tensors of a .pt, .pth, .mdl or .ckpt file, without Python and without running anything
/// that the file brings.
#pragma once

#include <filesystem>
#include <string_view>

#include "lathe/formats/safetensors.h"

namespace lathe {

/// Reads the state dict of a file of torch.save: the dict itself, or the one that lies in a checkpoint under
/// "state_dict" (Lightning too), "model_state_dict", "model", "net", or another name where it is the only one. What
/// lies beside it (epoch, optimizer) is ignored. metadata["state_dict"] says under which name it lay; "" is the file's
/// own. Tensors over one whole storage (tied weights) share memory; any other is contiguous and on its own.
/// @param entry  the name to read, where a checkpoint holds several
/// @throws Error "PATH: byte N: …" or "PATH: tensor 'NAME': byte N: …"; refused are whole pickled models (by the name
/// of their class), TorchScript, and files of PyTorch before 1.6 Source: torch/serialization.py and torch/_utils.py of
/// PyTorch 2.13.
TensorFile read_state_dict(const std::filesystem::path& path, std::string_view entry = {});
/// The same out of memory; its sentences name no file.
TensorFile parse_state_dict(std::string_view bytes, std::string_view entry = {});

}  // namespace lathe
