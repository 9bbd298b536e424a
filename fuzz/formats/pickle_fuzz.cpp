/// Pickles inside an archive whose directory and checksums are right, so that every mutation reaches the pickle reader
/// and the tensors that it describes.
#include "fuzz/support/harness.h"
#include "lathe/formats/state_dict.h"
#include "lathe/formats/zip_archive.h"
#include "tests/formats/zip_writer.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> pickles;
  for (const char* ending : {".pt", ".ckpt"})
    for (const std::string& file : files_in("tests/vectors/state_dicts", ending)) {
      if (!file.starts_with("PK")) continue;
      const ZipArchive zip(file);
      for (const auto& [name, entry] : zip.entries())
        if (name.ends_with("/data.pkl")) pickles.emplace_back(zip.data(name, entry));
    }
  return pickles;
}

void run(std::string_view bytes) {
  std::vector<test::ZipItem> items{{"a/data.pkl", std::string(bytes)}};
  for (char key = '0'; key <= '9'; ++key) items.push_back({std::string("a/data/") + key, std::string(96, key)});
  const std::string archive = test::zip_of(items);
  const TensorFile file = parse_state_dict(archive);
  size_t total = 0;
  for (const auto& [name, tensor] : file.tensors) total += tensor.is_contiguous() ? 0 : 1;
  require(total == 0, "a tensor is not contiguous");
}

}  // namespace lathe::fuzz
