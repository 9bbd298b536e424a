/// Unpacks gzip data piece by piece: nothing is believed about its size beforehand.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace lathe {

/// By the first two bytes, not by the name: browsers unpack files and leave them the name.
bool is_gzip(std::span<const std::byte> bytes);

/// No byte of deflated data stands for more: what claims to unpack to more is cut short or a lie.
inline constexpr int64_t most_bytes_a_deflated_byte = 1032;

class Gunzip {
 public:
  /// @param bytes  outlive this
  explicit Gunzip(std::span<const std::byte> bytes);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// Unpacks up to `to.size()` bytes; fewer only at the end. @throws Error where the data is damaged or ends too soon.
  size_t read(std::span<std::byte> to);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lathe
