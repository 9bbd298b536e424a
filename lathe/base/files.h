/// Files that are never half written, and files that are mapped instead of read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lathe {

/// The whole file as text. @throws Error "PATH: cannot be opened (No such file or directory)".
std::string read_text(const std::filesystem::path& path);

/// Writes to a temporary file beside `path`, syncs it, renames it: after a crash the old file or the new one stands there.
/// @throws Error with the system's reason; the temporary file is removed and the old file is untouched.
void write_atomic(const std::filesystem::path& path, std::string_view bytes);
/// The same for content that comes in pieces.
void write_atomic(const std::filesystem::path& path,
                  const std::function<void(const std::function<void(std::string_view)>& append)>& produce);

/// Makes the folder and its parents. @throws Error with the system's reason; also when it is there but not writable.
void make_folder(const std::filesystem::path& folder);

/// A read-only memory map: pages are read on demand and cost no memory of the process's own.
class MappedFile {
 public:
  /// @throws Error as read_text does.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }
  const std::filesystem::path& path() const { return path_; }
  /// Gives the memory back that was read of the map which `address` lies in; what is needed is read again. Nothing
  /// happens to memory that is no map. For walks through files that are larger than memory.
  static void forget(const void* address);

 private:
  std::filesystem::path path_;
  void* data_ = nullptr;
  size_t size_ = 0;
};

/// 16 hexadecimal digits of a 64-bit FNV-1a hash over the bytes: tells data files apart in a manifest; not cryptographic.
std::string content_hash(std::span<const std::byte> bytes);

}  // namespace lathe
