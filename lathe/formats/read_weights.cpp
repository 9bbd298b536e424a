#include "lathe/formats/read_weights.h"

#include <string_view>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/formats/state_dict.h"

namespace lathe {
namespace {

/// The first bytes of a file, as many as tell the formats apart.
std::string_view beginning(const MappedFile& file) {
  return std::string_view(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()).substr(0, 16);
}

}  // namespace

TensorFile read_weights(const std::filesystem::path& path, std::string_view entry) {
  const MappedFile file(path);
  const std::string_view begin = beginning(file);
  // A safetensors header is JSON behind eight bytes of length; a zip archive and a pickle have their own first bytes.
  if (begin.substr(0, 2) == "PK" || begin.substr(0, 1) == "\x80") {
    const bool header_of_json = begin.size() > 8 && begin[8] == '{' && begin[7] == 0;
    if (!header_of_json) return read_state_dict(path, entry);
  }
  check(begin.size() > 8 && begin[8] == '{', "{}: is neither a safetensors file nor what torch.save writes",
        path.string());
  if (!entry.empty())
    fail_as(ExitCode::usage, "{}: is a safetensors file, which has no entry '{}'", path.string(), entry);
  return read_safetensors(path);
}

}  // namespace lathe
