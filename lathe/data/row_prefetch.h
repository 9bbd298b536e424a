/// Reads the next rows of a tensor that is a file's map while the present ones are worked on. The order of rows, and
/// what is made of them, are the caller's business.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>

namespace lathe {

class RowPrefetch {
 public:
  /// @param values  [N, …], kept; usually a map of a file. Its pages are given back on the way (MappedFile::forget), so
  /// that a walk through a file larger than memory stays small.
  explicit RowPrefetch(at::Tensor values);
  ~RowPrefetch();
  RowPrefetch(const RowPrefetch&) = delete;
  RowPrefetch& operator=(const RowPrefetch&) = delete;

  /// Begins to read these rows, on a thread of its own.
  void expect(std::span<const int64_t> rows);
  /// A copy of these rows, in this order: those that were expected, neighbours among them, or read now.
  /// @throws Error for a row that is not there
  at::Tensor take(std::span<const int64_t> rows);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lathe
