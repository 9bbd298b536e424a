/// Uninitialised scratch memory aligned to a cache line; not a container.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace lathe::kernels {

constexpr int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
constexpr int64_t divide_up(int64_t value, int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t count)
      : data_(static_cast<T*>(
            std::aligned_alloc(64, static_cast<size_t>(round_up(count * int64_t{sizeof(T)} + 1, 64))))) {
    if (!data_) throw std::bad_alloc();
  }
  T* data() const { return data_.get(); }
  T& operator[](int64_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T[], Free> data_;
};

}  // namespace lathe::kernels
