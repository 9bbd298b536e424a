#include "lathe/data/readers/cifar10.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <memory>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/join_arrays.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

constexpr int64_t record_bytes = 1 + 3 * 32 * 32;
constexpr int64_t classes = 10;

bool is_batch(const fs::path& path) {
  const std::string name = path.filename().string();
  return has_ending(path, {".bin"}) && (name.starts_with("data_batch") || name.starts_with("test_batch"));
}

/// The batches of a folder, sorted by name: data_batch_1 … data_batch_5, test_batch.
std::vector<fs::path> batches_in(const fs::path& folder) {
  std::vector<fs::path> batches;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (is_batch(entry.path())) batches.push_back(entry.path());
  std::sort(batches.begin(), batches.end());
  return batches;
}

std::vector<std::string> names_beside(const fs::path& folder) {
  const fs::path path = folder / "batches.meta.txt";
  std::vector<std::string> names;
  if (!fs::exists(path)) return names;
  for (const std::string& line : split(read_text(path), '\n'))
    if (!trim(line).empty()) names.emplace_back(trim(line));
  check(names.size() == classes, "{}: holds {} names (expected {}, one a class)", path.string(), names.size(), classes);
  return names;
}

Array open_batch(const fs::path& path) {
  const auto file = std::make_shared<MappedFile>(path);
  return within(path.string(), [&]() -> Array {
    const auto bytes = static_cast<int64_t>(file->bytes().size());
    check(bytes > 0 && bytes % record_bytes == 0,
          "is not a CIFAR-10 batch, or is cut short (expected records of {} bytes, got {} and {} bytes over)",
          record_bytes, bytes / record_bytes, bytes % record_bytes);
    auto* data = const_cast<std::byte*>(file->bytes().data());
    const int64_t rows = bytes / record_bytes;
    for (int64_t row = 0; row < rows; ++row) {
      const auto label = static_cast<int64_t>(data[row * record_bytes]);
      check(label < classes, "record {}: class is outside the allowed set (expected 0 to {}, got {})", row, classes - 1,
            label);
    }
    const auto keep = [file](void*) {};
    const at::TensorOptions options = at::TensorOptions().dtype(at::kByte);
    Array array;
    array.values = at::from_blob(data + 1, {rows, 3, 32, 32}, {record_bytes, 1024, 32, 1}, keep, options);
    array.labels = at::from_blob(data, {rows}, {record_bytes}, keep, options).to(at::kLong);
    return array;
  });
}

}  // namespace

bool accepts_cifar10(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? !batches_in(path).empty() : has_ending(path, {".bin"});
}

Array open_cifar10(const fs::path& path) {
  const bool folder = fs::is_directory(path);
  Array array = folder ? join_arrays(batches_in(path), open_batch) : open_batch(path);
  array.class_names = names_beside(folder ? path : path.parent_path());
  return array;
}

}  // namespace lathe
