#include "lathe/base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

#include "lathe/base/errors.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

std::string reason() {
  return std::strerror(errno);
}

/// An open descriptor that closes itself.
struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    check(written >= 0, "{}: cannot be written ({})", path.string(), reason());
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

std::string read_text(const fs::path& path) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_atomic(const fs::path& path, std::string_view bytes) {
  write_atomic(path, [&](const auto& append) { append(bytes); });
}

void write_atomic(const fs::path& path,
                  const std::function<void(const std::function<void(std::string_view)>&)>& produce) {
  const fs::path temporary = path.string() + fmt::format(".{}.tmp", ::getpid());
  Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  check(file.fd >= 0, "{}: cannot be written ({})", path.string(), reason());
  try {
    produce([&](std::string_view bytes) { write_all(file.fd, bytes, path); });
    check(::fsync(file.fd) == 0 || errno == EINVAL, "{}: cannot be written ({})", path.string(), reason());
    check(::rename(temporary.c_str(), path.c_str()) == 0, "{}: cannot be written ({})", path.string(), reason());
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.fd >= 0) ::fsync(directory.fd);  // makes the rename itself durable
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::path there = folder;  // the nearest that exists: a file on the way would only be "Not a directory" to the system
  while (!there.empty() && !fs::exists(there, error)) there = there.parent_path();
  check(there.empty() || fs::is_directory(there), "{}: is a file, expected a folder", there.string());
  fs::create_directories(folder, error);
  check(!error, "{}: folder cannot be made ({})", folder.string(), error.message());
  check(::access(folder.c_str(), W_OK | X_OK) == 0, "{}: folder cannot be written to ({})", folder.string(), reason());
}

namespace {

/// All maps that are open, so that only maps are ever forgotten.
struct Maps {
  std::mutex mutex;
  std::map<const void*, size_t> size_at;
  static Maps& all() {
    static auto* maps = new Maps;  // outlives every map, whatever ends last
    return *maps;
  }
};

}  // namespace

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a pipe must not hold us up
  check(file.fd >= 0, "{}: cannot be opened ({})", path.string(), reason());
  struct stat status{};
  check(::fstat(file.fd, &status) == 0, "{}: cannot be read ({})", path.string(), reason());
  check(!S_ISDIR(status.st_mode), "{}: is a folder, expected a file", path.string());
  check(S_ISREG(status.st_mode), "{}: is a pipe or a device, expected a file", path.string());
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;  // mmap refuses empty files
  data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (data_ == MAP_FAILED) {
    data_ = nullptr;
    fail("{}: cannot be mapped ({})", path.string(), reason());
  }
  Maps& maps = Maps::all();
  const std::lock_guard lock(maps.mutex);
  maps.size_at[data_] = size_;
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  Maps& maps = Maps::all();
  const std::lock_guard lock(maps.mutex);
  maps.size_at.erase(data_);
  ::munmap(data_, size_);
}

void MappedFile::forget(const void* address) {
  Maps& maps = Maps::all();
  const std::lock_guard lock(maps.mutex);
  auto after = maps.size_at.upper_bound(address);
  if (after == maps.size_at.begin()) return;
  const auto& [data, size] = *--after;
  if (static_cast<const std::byte*>(address) < static_cast<const std::byte*>(data) + size)
    ::madvise(const_cast<void*>(data), size, MADV_DONTNEED);  // never written to, so nothing is lost
}

std::string content_hash(std::span<const std::byte> bytes) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::byte byte : bytes) hash = (hash ^ static_cast<uint64_t>(byte)) * 0x100000001b3ULL;
  return fmt::format("{:016x}", hash);
}

}  // namespace lathe
