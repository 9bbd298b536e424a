/// Tables that are recordings of any length, as windows of one length: brought to one rate and unit, cut where nothing
/// interrupts them, labelled by file or sample by sample.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "lathe/data/readers/file_list.h"
#include "lathe/data/readers/series.h"
#include "lathe/data/windows.h"

namespace lathe {

/// A length in samples, or in seconds in their place.
struct Length {
  int64_t samples = 0;
  double seconds = 0;
  bool given() const { return samples > 0 || seconds > 0; }
};
/// The length in samples. @param key  what complaints call it: "window_seconds"
/// @throws Error where a rate is needed, or does not divide the seconds: with the nearest that do
int64_t samples_of(const Length& length, double rate_hz, const std::string& key);

/// What becomes of recordings that are shorter than a window.
enum class Short { refuse, drop, zero, edge, wrap };
Short short_rule(std::string_view word);

/// What becomes of samples without a number.
enum class Blank {
  refuse,
  interrupt,  ///< windows never hold one
  keep        ///< they stay NaN, for others to mend
};

struct RecordingOptions {
  SeriesColumns columns;
  double rate_hz = 0;                      ///< 0: what the times say
  double resample_hz = 0;                  ///< 0: as they are; then all must agree
  bool spectral = false;                   ///< through the spectrum, as scipy.signal.resample; else on lines
  double gain = 1, offset = 0;             ///< value · gain + offset
  Length window, stride;                   ///< at the rate that comes out; no stride: a window
  Short short_recordings = Short::refuse;  ///< padded at their end, after gain and offset
  LabelRule label_rule;                    ///< for labels by sample
  Blank blanks = Blank::refuse;
  Corrupt corrupt = Corrupt::refuse;
};

struct RecordingRows {
  at::Tensor values;                        ///< [N, C, T] float32
  at::Tensor times;                         ///< [N] float64: the second at which each begins; undefined: not known
  std::vector<int64_t> files;               ///< of each row
  std::vector<std::string> labels, groups;  ///< of each row, where they come by sample; else empty
  std::vector<std::string> notes;           ///< sentences: what was left out, padded, interrupted
  double rate_hz = 0;
  std::string hash;  ///< over names and bytes of all files
};

/// @throws Error that names the file, and the line where there is one
RecordingRows read_recordings(const FileList& files, const RecordingOptions& options);

}  // namespace lathe
