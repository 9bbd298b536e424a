/// Which windows of each subject an epoch shows, and in which order: wearers get equal say, whoever wore it longest,
/// and a batch mixes a few of them. A pure function of seed and epoch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lathe {

struct SamplingOptions {
  int64_t windows_per_subject = 0;  ///< an epoch; 0, or more than a subject has: all of the subject's
  int64_t subjects_per_batch = 0;   ///< whose windows are shuffled together, then those of the next; 0: everybody's
  bool operator==(const SamplingOptions&) const = default;
};

/// `count` of the weights' places without replacement, each draw with a chance in proportion to its weight among those
/// that are left; weights of 0 come last. Sorted.
/// Source: Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir".
std::vector<int64_t> draw_without_replacement(const std::vector<double>& weights, int64_t count, uint64_t seed);

class SubjectOrder {
 public:
  /// @param subjects  of each row; empty: all rows are one subject's
  /// @param weights   of each row, for windows_per_subject; empty: every window is as likely
  /// @throws Error for settings of subjects without subjects, or for more subjects a batch than there are
  SubjectOrder(int64_t rows, const std::vector<std::string>& subjects, std::vector<double> weights,
               const SamplingOptions& options);

  /// Of an epoch.
  int64_t rows() const { return rows_; }
  /// Subjects decide nothing: every row has its place in every epoch.
  bool goes_by_rows() const { return options_ == SamplingOptions{}; }
  /// @param shuffle  false: subject after subject, in the order of the rows
  std::vector<int64_t> epoch(bool shuffle, uint64_t seed, int64_t epoch) const;

 private:
  struct Subject {
    std::vector<int64_t> rows;
    std::vector<double> weights;
  };
  std::vector<Subject> subjects_;
  SamplingOptions options_;
  int64_t rows_ = 0;

  int64_t drawn(const Subject& subject) const;
};

}  // namespace lathe
