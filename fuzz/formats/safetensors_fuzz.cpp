/// safetensors files: no tensor is larger than the file that it came from.
#include "lathe/formats/safetensors.h"

#include "fuzz/support/harness.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  const std::string header = R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                             R"("b":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}})";
  std::vector<std::string> files{std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header +
                                 "123456789"};
  for (std::string& file : files_in("tests/vectors", "train_schedules.safetensors")) files.push_back(std::move(file));
  return files;
}

void run(std::string_view bytes) {
  const TensorFile file = read_safetensors(as_file(bytes, ".safetensors"));
  size_t total = 0;
  for (const auto& [name, tensor] : file.tensors) total += tensor.nbytes();
  require(total <= bytes.size(), "the tensors are larger than the file");
}

}  // namespace lathe::fuzz
