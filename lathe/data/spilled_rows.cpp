#include "lathe/data/spilled_rows.h"

#include <ATen/ops/from_blob.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/dataset.h"

namespace lathe {

namespace {

/// A file of its own in the folder, removed with this.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& folder) : name_((folder / "lathe-rows-XXXXXX").string()) {
    handle_ = ::mkstemp(name_.data());
    check(handle_ >= 0, "{}: cannot hold a temporary file ({}); TMPDIR names another folder", folder.string(),
          std::strerror(errno));
  }
  ~TemporaryFile() {
    ::close(handle_);
    ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void append(const char* bytes, size_t count) const {
    while (count > 0) {
      const ssize_t written = ::write(handle_, bytes, count);
      if (written < 0 && errno == EINTR) continue;
      check(written > 0, "{}: cannot be written ({}); TMPDIR names another folder", name_, std::strerror(errno));
      bytes += written;
      count -= static_cast<size_t>(written);
    }
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  int handle_ = -1;
};

}  // namespace

at::Tensor spill_rows(const at::Tensor& values, std::span<const int64_t> rows, const std::filesystem::path& folder) {
  constexpr int64_t piece_bytes = int64_t{1} << 24;
  const auto count = std::ssize(rows);
  check(count > 0, "no rows are wanted (expected at least one)");
  const int64_t row_bytes = std::max<int64_t>(1, static_cast<int64_t>(values.nbytes()) / values.size(0));
  const int64_t at_once = std::max<int64_t>(1, piece_bytes / row_bytes);
  const TemporaryFile file(folder);
  for (int64_t first = 0; first < count; first += at_once) {
    const auto part = rows.subspan(static_cast<size_t>(first), static_cast<size_t>(std::min(at_once, count - first)));
    const at::Tensor taken = take_rows(values, part).contiguous();
    file.append(static_cast<const char*>(taken.const_data_ptr()), taken.nbytes());
    MappedFile::forget(values.const_data_ptr());
  }
  const auto map = std::make_shared<MappedFile>(file.name());
  std::vector<int64_t> shape = values.sizes().vec();
  shape[0] = count;
  return at::from_blob(const_cast<std::byte*>(map->bytes().data()), shape, [map](void*) {}, values.options());
}

}  // namespace lathe
