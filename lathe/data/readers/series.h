/// A table that is one recording: a line a sample, columns of numbers, times and words. Cuts nothing, judges nothing.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lathe {

/// A column of words, each spelled once: long recordings repeat few of them.
struct WordColumn {
  std::vector<int32_t> codes;      ///< a sample each, into `words`; empty: there is no such column
  std::vector<std::string> words;  ///< in the order in which they come; a blank cell is ""
};

struct Series {
  at::Tensor values;                  ///< [C, T] float64; NaN where a cell is blank
  std::vector<std::string> channels;  ///< their columns' names, or numbers from 1
  std::vector<double> times;          ///< as they stand; seconds since 1970 where they are dates; empty: there are none
  bool dates = false;                 ///< times are dates
  WordColumn labels, groups;
  int64_t first_line = 1;  ///< of sample 0 in its file

  int64_t samples() const { return values.size(1); }
};

struct SeriesColumns {
  std::vector<std::string> channels;  ///< names, or numbers from 1; empty: all that are nothing else
  std::string time;                   ///< empty: the column `time` where there is one
  std::string labels, groups;         ///< empty: none
};

/// @throws Error that names line and column of a cell that is no number, or no time
Series read_series(const std::filesystem::path& path, const SeriesColumns& columns);

}  // namespace lathe
