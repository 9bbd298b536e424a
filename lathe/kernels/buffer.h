/// Uninitialised scratch memory aligned to a cache line, taken from a pool; not a container.
#pragma once

#include <cstdint>
#include <utility>

namespace lathe::kernels {

constexpr int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
constexpr int64_t divide_up(int64_t value, int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

/// Memory that give_back() returned before, where some of that size is left. Training asks for the same sizes at every
/// step, and fresh pages from the system would cost a tenth of a short one. Keeps at most 64 MiB; any thread may call.
void* take_memory(int64_t bytes);
void give_back(void* memory, int64_t bytes);

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t count)
      : bytes_(round_up(count * int64_t{sizeof(T)} + 1, 64)), data_(static_cast<T*>(take_memory(bytes_))) {}
  Buffer(Buffer&& other) noexcept : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Buffer() {
    if (data_) give_back(data_, bytes_);
  }

  T* data() const { return data_; }
  T& operator[](int64_t i) const { return data_[i]; }
  int64_t bytes() const { return data_ ? bytes_ : 0; }
  /// Makes room for so many; what was there is lost where there was no room.
  void reserve(int64_t count) {
    if (bytes() < count * int64_t{sizeof(T)}) *this = Buffer(count);
  }

 private:
  int64_t bytes_ = 0;
  T* data_ = nullptr;
};

}  // namespace lathe::kernels
