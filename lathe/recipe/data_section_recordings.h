/// The keys of [data] that say how recordings of any length become windows of one.
#pragma once

#include <string>
#include <vector>

#include "lathe/base/settings.h"

namespace lathe {

struct RecordingSection {
  double window_seconds = 0, stride_seconds = 0;  ///< in place of window_samples, stride_samples
  std::string short_recordings;                   ///< key `short`: refuse | drop | zero | edge | wrap; empty: refuse
  double resample_hz = 0;
  std::string resample = "linear";      ///< linear | fft
  double gain = 1, offset = 0;          ///< value · gain + offset
  std::string unit;                     ///< of that: g | mg | m/s2, brought to g; empty: it stays
  std::string time_column;              ///< empty: the column `time` where there is one
  std::string labels_column;            ///< a class a sample; empty: a class a file, or none
  std::string label_rule = "majority";  ///< majority | threshold
  double label_threshold = 0;

  /// Something that only tables of samples have is asked for.
  bool any() const {
    return window_seconds > 0 || !short_recordings.empty() || resample_hz > 0 || gain != 1 || offset != 0 ||
           !unit.empty() || !time_column.empty() || !labels_column.empty();
  }
};

/// @throws Error with the line of a value that cannot be
RecordingSection recording_section(const Settings& settings);

/// The keys that count for tables of samples alone; `exclude` and those of windows count elsewhere too.
const std::vector<std::string>& recording_keys();

}  // namespace lathe
