/// The table of readers. A new format is a file and a line.
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/npy.h"
#include "lathe/data/readers/readers.h"

namespace lathe {

namespace {

constexpr Reader entries[] = {
    {"npy", "NumPy arrays, mapped rather than read", ".npy", accepts_npy, open_npy},
    {"csv", "tables of numbers, a column a quantity", ".csv .tsv", accepts_csv, open_csv},
};

}  // namespace

const Registry<Reader>& readers() {
  static const Registry<Reader> registry("reader", entries);
  return registry;
}

Array open_array(const std::filesystem::path& path) {
  std::vector<std::string> known;
  for (const Reader& reader : readers()) {
    if (reader.accepts(path)) return reader.open(path);
    known.emplace_back(reader.endings);
  }
  fail_as(ExitCode::unsupported, "{}: no reader knows this kind of file (expected {}, got '{}')", path.string(),
          join(known, " "), path.extension().string());
}

}  // namespace lathe
