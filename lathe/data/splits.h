/// Which rows train and which test: by range, by fold, by group. Row numbers only; Dataset::select makes the datasets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

struct Split {
  std::vector<int64_t> train;
  std::vector<int64_t> test;
};

/// "0:85" is rows 0 … 84, ":85" and "85:" go to the ends, a comma joins ranges ("0:28, 56:113").
/// @throws Error for an empty range, one past the data, or one that takes a row twice.
std::vector<int64_t> row_range(std::string_view text, int64_t rows);
/// The other way round: sorted rows as the shortest such text.
std::string text_of_rows(std::span<const int64_t> rows);

/// Fold f of k tests rows floor(N f / k) … floor(N (f + 1) / k) − 1 and trains on the others.
/// @throws Error for a fold that is not there, or a side without rows.
Split contiguous_fold(int64_t rows, int64_t fold, int64_t folds);
/// The same over rows shuffled by `seed`; each side comes sorted. For rows that have nothing to do with each other.
Split shuffled_fold(int64_t rows, int64_t fold, int64_t folds, uint64_t seed);
/// Every fold tests its share of every class: classes in turn are dealt row by row, first row first, or as `seed` says.
/// A class with fewer rows than folds is not tested in every fold. @param classes  of the rows
/// Source: scikit-learn's StratifiedKFold, whose folds these are without a seed; with one the draws differ.
Split stratified_fold(std::span<const int64_t> classes, int64_t fold, int64_t folds,
                      std::optional<uint64_t> seed = std::nullopt);
/// Whole groups go to one fold; the largest are dealt first, each to the fold with the fewest rows.
Split grouped_fold(std::span<const std::string> groups, int64_t fold, int64_t folds, uint64_t seed);
/// Tests `test_ratio` of the groups (rounded up, at least one on either side), chosen by `seed`.
Split group_holdout(std::span<const std::string> groups, double test_ratio, uint64_t seed);
/// Tests the rows of these groups. @throws Error (usage) for a group that is not there.
Split group_holdout(std::span<const std::string> groups, const std::vector<std::string>& test_groups);

/// Tests `test_ratio` of the groups (rounded up) as scikit-learn's GroupShuffleSplit with random_state = seed does: the
/// same groups, also in its later draws 1, 2, …, which may test a group again.
Split group_shuffle(std::span<const std::string> groups, double test_ratio, uint64_t seed, int64_t draw = 0);

/// The distinct groups, sorted. Leave one group out: group_holdout(groups, {name}) for each.
std::vector<std::string> group_names(std::span<const std::string> groups);

/// @throws Error when a row is on both sides, or a group is: names the group and a row on either side.
/// `groups` may be empty: then only rows are compared.
void check_no_leak(const Split& split, std::span<const std::string> groups);

}  // namespace lathe
