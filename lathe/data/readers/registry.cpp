/// The table of readers. A new format is a file and a line.
#include "lathe/data/readers/audio.h"
#include "lathe/data/readers/cifar10.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/idx.h"
#include "lathe/data/readers/join_arrays.h"
#include "lathe/data/readers/jpeg.h"
#include "lathe/data/readers/npy.h"
#include "lathe/data/readers/png.h"
#include "lathe/data/readers/readers.h"

namespace lathe {

namespace {

constexpr Reader entries[] = {
    {"npy", "NumPy arrays, mapped rather than read", ".npy", accepts_npy, open_npy},
    {"csv", "tables of numbers, a column a quantity", ".csv .tsv", accepts_csv, open_csv},
    {"txt", "the same with blanks between numbers", ".txt", accepts_txt, open_csv},
    {"idx", "arrays as MNIST's, plain or packed with gzip", ".idx -idx3-ubyte", accepts_idx, open_idx},
    {"cifar10", "CIFAR-10's binary batches, or the folder of them", ".bin", accepts_cifar10, open_cifar10},
    {"png", "images, one a file", ".png", accepts_png, open_png, Holds::image},
    {"jpeg", "images, one a file", ".jpg .jpeg", accepts_jpeg, open_jpeg, Holds::image},
    {"audio", "recordings, one a file, through libsndfile", ".wav .flac .ogg", accepts_audio, open_audio, Holds::clip},
};

}  // namespace

const Registry<Reader>& readers() {
  static const Registry<Reader> registry("reader", entries);
  return registry;
}

const Reader* reader_of(const std::filesystem::path& path) {
  for (const Reader& reader : readers())
    if (reader.accepts(path)) return &reader;
  return nullptr;
}

std::string endings_of(Holds holds) {
  std::vector<std::string> endings;
  for (const Reader& reader : readers())
    if (reader.holds == holds) endings.emplace_back(reader.endings);
  return join(endings, " ");
}

bool has_ending(const std::filesystem::path& path, std::initializer_list<std::string_view> endings) {
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  for (const std::string_view one : endings)
    if (ending == one) return true;
  return false;
}

Array open_array(const std::filesystem::path& path) {
  if (is_pattern(path)) return join_arrays(matching_files(path), open_array);
  if (const Reader* reader = reader_of(path)) return reader->open(path);
  std::vector<std::string> known;
  for (const Reader& reader : readers()) known.emplace_back(reader.endings);
  fail_as(ExitCode::unsupported, "{}: no reader knows this kind of file (expected {}, got '{}')", path.string(),
          join(known, " "), path.extension().string());
}

}  // namespace lathe
