/// Archives of torch.save: the zip directory above all, since a checksum guards what it names.
#include "lathe/formats/state_dict.h"

#include "fuzz/support/harness.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> files = files_in("tests/vectors/state_dicts", ".pt");
  for (std::string& file : files_in("tests/vectors/state_dicts", ".ckpt")) files.push_back(std::move(file));
  return files;
}

void run(std::string_view bytes) {
  parse_state_dict(bytes);
}

}  // namespace lathe::fuzz
