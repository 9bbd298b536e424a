/// The entries of a zip archive that stores them as they are, which is how torch.save packs its files. Inflates
/// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace lathe {

struct ZipEntry {
  uint64_t header = 0;  ///< the byte at which its local header begins
  uint64_t begin = 0;   ///< the byte at which its data begins
  uint64_t size = 0;
  uint32_t crc = 0;
  uint16_t method = 0;  ///< 0: stored
  bool encrypted = false;
};

/// A view: `bytes` must outlive it.
class ZipArchive {
 public:
  /// Reads the directory at the archive's end; zip64 too. Every entry then lies inside the archive, none over another.
  /// @throws Error "byte N: …"
  explicit ZipArchive(std::string_view bytes);

  const std::map<std::string, ZipEntry, std::less<>>& entries() const { return entries_; }
  /// The entry's bytes, or nothing where there is no such name.
  const ZipEntry* find(std::string_view name) const;
  /// @throws Error for an entry that is compressed, encrypted or damaged (its checksum does not match)
  std::string_view data(const std::string& name, const ZipEntry& entry) const;

 private:
  void add(std::string name, ZipEntry entry, uint64_t packed_size, uint64_t directory);
  void check_overlap() const;

  std::string_view bytes_;
  std::map<std::string, ZipEntry, std::less<>> entries_;
};

}  // namespace lathe
