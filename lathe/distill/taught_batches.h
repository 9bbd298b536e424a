/// Training rows with what a teacher says of them, computed batch by batch or taken from a file.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "lathe/distill/teacher.h"
#include "lathe/train/batches.h"

namespace lathe {

class TaughtBatches final : public BatchSource {
 public:
  /// Asks the teacher at every load. Both are kept by reference.
  TaughtBatches(const BatchSource& rows, const Teacher& teacher) : rows_(rows), teacher_(teacher) {}

  int64_t rows() const override { return rows_.rows(); }
  Batch load(std::span<const int64_t> rows) const override;
  void expect(std::span<const int64_t> rows) const override { rows_.expect(rows); }

  struct CacheOptions {
    std::filesystem::path folder = {};  ///< empty: memory
    std::function<void(const std::string& sentence)> say = nullptr;
    std::function<void(int64_t done, int64_t total)> on_rows = nullptr;
    std::function<bool()> stop_requested = nullptr;
  };
  /// Asks the teacher once for every row and remembers the answers: for rows that never change, and no passes with
  /// dropout. The same rows and teacher find the file again.
  void remember(const CacheOptions& options);

 private:
  /// Where an answer lies in a remembered row.
  struct Place {
    int64_t offset = 0, count = 0;
    std::vector<int64_t> shape;  ///< of one row
  };
  const BatchSource& rows_;
  const Teacher& teacher_;
  at::Tensor remembered_ = {};  ///< [rows, values], all answers of a row side by side
  std::map<std::string, Place> places_ = {};
};

}  // namespace lathe
