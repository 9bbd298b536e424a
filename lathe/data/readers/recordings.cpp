#include "lathe/data/readers/recordings.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"
#include "lathe/data/dataset.h"
#include "lathe/data/names.h"
#include "lathe/data/readers/file_rows_reading.h"
#include "lathe/data/readers/stretches.h"
#include "lathe/data/readers/time_column.h"
#include "lathe/signal/resample.h"

namespace lathe {

using data_detail::Stretch;

namespace {

/// "Sitdown_chair 21, Standup_chair 8" between `before` and `behind`, the most first; nothing where no class is known.
std::string counted(const std::map<std::string, int64_t>& counts, const char* before, const char* behind) {
  if (counts.count("") != 0) return "";
  std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> parts;
  for (const auto& [name, count] : sorted) parts.push_back(fmt::format("{} {}", name, count));
  return before + join(parts) + behind;
}

std::string plural(int64_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Takes recordings one by one and keeps their windows.
class Recordings {
 public:
  Recordings(const FileList& files, const RecordingOptions& options) : files_(files), options_(options) {
    if (options.resample_hz > 0) rate_ = options.resample_hz;
  }

  /// What may be wrong with the file itself: an Error is damage, which `corrupt` decides over.
  void read(const std::filesystem::path& path) {
    series_ = read_series(path, options_.columns);
    within(path.string(), [&] {
      timeline_ = series_.times.empty() ? Timeline{options_.rate_hz, 1, {}}
                                        : read_timeline(series_.times, options_.rate_hz, series_.first_line);
      if (options_.blanks == Blank::refuse) data_detail::refuse_blanks(series_);
      if (options_.blanks == Blank::keep && options_.spectral && options_.resample_hz > 0)
        check(data_detail::count_blanks(series_) == 0,
              "misses {} samples (expected none for resample = \"fft\", which would spread them over all others); "
              "resample = \"linear\" keeps them where they are",
              data_detail::count_blanks(series_));
    });
  }

  void take(const std::string& name) {
    const std::string where = (files_.folder / name).string();
    check_channels(name, where);
    settle_rate(where);
    settle_window();
    const auto across = static_cast<int64_t>(channels_.size());
    check(series_.samples() >= window_.length_samples || across < window_.length_samples || across <= series_.samples(),
          "{}: has {} columns of {} samples: its axes are swapped (expected a sample a line, a channel a column)",
          where, across, series_.samples());
    file_ = std::find(files_.names.begin(), files_.names.end(), name) - files_.names.begin();
    note_interruptions(name);
    const std::vector<Stretch> stretches =
        data_detail::stretches_of(series_, timeline_, options_.blanks == Blank::interrupt);
    const bool whole = stretches.size() == 1 && stretches[0].end - stretches[0].first == series_.samples();
    for (const Stretch& stretch : stretches) cut(stretch, whole);
    ++recordings_;
  }

  RecordingRows rows() && {
    const std::string where = files_.folder.string();
    check(shorts_.empty() || options_.short_recordings != Short::refuse,
          "{}: {} of {} recordings are shorter than a window of {}, the shortest is '{}' with {} samples{}; short = "
          "\"drop\" leaves them out, \"zero\", \"edge\" or \"wrap\" fills them up",
          where, short_count(), recordings_, window_text(), shortest_.first, shortest_.second,
          counted(shorts_, " (", ")"));
    check(!windows_.empty(), "{}: no recording holds a window of {} (expected at least one, got {}{})", where,
          window_text(), plural(recordings_, "recording"), interruptions_text());
    rows_.values = windows_.size() == 1 ? windows_[0] : at::cat(windows_);
    if (rate_ > 0) rows_.times = at::tensor(times_, at::kDouble);
    rows_.rate_hz = rate_;
    say(where);
    return std::move(rows_);
  }

 private:
  const FileList& files_;
  const RecordingOptions& options_;
  Series series_;  ///< the recording at hand
  Timeline timeline_;
  int64_t file_ = 0;
  double rate_ = 0;  ///< that comes out; 0: not known
  std::string first_;
  std::vector<std::string> channels_;
  WindowOptions window_;
  RecordingRows rows_;
  std::vector<at::Tensor> windows_;
  std::vector<double> times_;
  int64_t recordings_ = 0, with_gaps_ = 0, with_blanks_ = 0, gaps_ = 0, blanks_ = 0, left_over_ = 0, unlabelled_ = 0;
  std::pair<std::string, int64_t> shortest_;
  std::map<std::string, int64_t> shorts_;  ///< by class; "" where none is known
  std::pair<std::string, double> longest_gap_;

  void check_channels(const std::string& name, const std::string& where) {
    if (recordings_ == 0) {
      channels_ = series_.channels;
      first_ = name;
    }
    check(series_.channels == channels_, "{}: has {} columns, {} (expected {}, as '{}': {}); 'columns' chooses", where,
          series_.channels.size(), join(series_.channels), channels_.size(), first_, join(channels_));
  }

  void settle_rate(const std::string& where) {
    const double measured = timeline_.rate_hz, given = options_.rate_hz;
    check(given == 0 || measured == given, "{}: has {:g} samples a second by its times (expected {:g}, as rate_hz)",
          where, measured, given);
    if (options_.resample_hz > 0) {
      check(measured > 0, "{}: nothing says how many samples a second it has, which resample_hz needs; give rate_hz",
            where);
    } else if (recordings_ == 0) {
      rate_ = measured;
    } else {
      check(std::abs(measured - rate_) <= 0.01 * rate_,
            "{}: has {:g} samples a second by its times (expected {:g}, as '{}'); resample_hz brings all to one", where,
            measured, rate_, first_);
    }
  }

  void settle_window() {
    if (window_.length_samples > 0) return;
    window_.length_samples = samples_of(options_.window, rate_, "window_seconds");
    window_.stride_samples =
        options_.stride.given() ? samples_of(options_.stride, rate_, "stride_seconds") : window_.length_samples;
  }

  void note_interruptions(const std::string& name) {
    const int64_t blanks = options_.blanks == Blank::interrupt ? data_detail::count_blanks(series_) : 0;
    with_blanks_ += blanks > 0 ? 1 : 0;
    with_gaps_ += timeline_.gaps.empty() ? 0 : 1;
    blanks_ += blanks;
    gaps_ += std::ssize(timeline_.gaps);
    for (const int64_t at : timeline_.gaps) {
      const auto i = static_cast<size_t>(at);
      const double seconds = (series_.times[i] - series_.times[i - 1]) / timeline_.second;
      if (seconds > longest_gap_.second) longest_gap_ = {name, seconds};
    }
  }

  at::Tensor at_rate(const Stretch& stretch) const {
    const at::Tensor part = series_.values.narrow(1, stretch.first, stretch.end - stretch.first);
    if (options_.resample_hz == 0 || timeline_.rate_hz == rate_) return part;
    if (!options_.spectral) return resample_grid(part, timeline_.rate_hz, rate_);
    const double samples = static_cast<double>(part.size(1)) * rate_ / timeline_.rate_hz;
    return resample(part, std::max<int64_t>(1, std::llround(samples)));
  }

  at::Tensor padded(const at::Tensor& part) const {
    const int64_t there = part.size(1), wanted = window_.length_samples;
    at::Tensor full = at::empty({part.size(0), wanted}, part.options());
    for (int64_t t = 0; t < wanted; ++t) {
      const int64_t from = options_.short_recordings == Short::wrap ? t % there : std::min(t, there - 1);
      if (t >= there && options_.short_recordings == Short::zero)
        full.select(1, t).zero_();
      else
        full.select(1, t).copy_(part.select(1, from));
    }
    return full;
  }

  void cut(const Stretch& stretch, bool whole) {
    at::Tensor part = at_rate(stretch) * options_.gain + options_.offset;
    const int64_t there = part.size(1);
    if (there < window_.length_samples) {
      if (!whole) {
        ++left_over_;
        return;
      }
      note_short(there);
      if (options_.short_recordings == Short::refuse || options_.short_recordings == Short::drop) return;
      part = padded(part);
    }
    const std::vector<bool> kept = label(stretch, there, part.size(1));
    const at::Tensor windows = cut_windows(part.to(at::kFloat), window_).contiguous();
    std::vector<int64_t> chosen;
    for (int64_t w = 0; w < windows.size(0); ++w) {
      if (!kept[static_cast<size_t>(w)]) continue;
      chosen.push_back(w);
      rows_.files.push_back(file_);
      times_.push_back(seconds_of(stretch.first, w * window_.stride_samples));
      if (!series_.groups.codes.empty())
        rows_.groups.push_back(word(series_.groups, static_cast<size_t>(stretch.first)));
    }
    if (!chosen.empty()) windows_.push_back(take_rows(windows, chosen));
  }

  static const std::string& word(const WordColumn& column, size_t sample) {
    return column.words[static_cast<size_t>(column.codes[sample])];
  }

  /// Takes the labels of a stretch's windows down. Returns which windows have one; all where there are none by sample.
  std::vector<bool> label(const Stretch& stretch, int64_t there, int64_t samples) {
    const auto windows = static_cast<size_t>(window_count(samples, window_));
    const WordColumn& column = series_.labels;
    if (column.codes.empty()) return std::vector<bool>(windows, true);
    const std::vector<std::string> names = distinct_names(column.words);
    std::vector<int64_t> class_of;  // of each word; blank is none
    for (const std::string& one : column.words)
      class_of.push_back(one.empty() ? -1 : std::find(names.begin(), names.end(), one) - names.begin());
    std::vector<int64_t> labels;
    const int64_t length = stretch.end - stretch.first;
    const double step = rate_ > 0 && timeline_.rate_hz > 0 ? timeline_.rate_hz / rate_ : 1;
    for (int64_t t = 0; t < samples; ++t) {
      const auto from = std::min(length - 1, std::lround(static_cast<double>(std::min(t, there - 1)) * step));
      labels.push_back(class_of[static_cast<size_t>(column.codes[static_cast<size_t>(stretch.first + from)])]);
    }
    std::vector<bool> kept;
    for (const int64_t one : window_classes(labels, std::ssize(names), window_, options_.label_rule)) {
      kept.push_back(one >= 0);
      if (one >= 0)
        rows_.labels.push_back(names[static_cast<size_t>(one)]);
      else
        ++unlabelled_;
    }
    return kept;
  }

  double seconds_of(int64_t first, int64_t samples) const {
    const double start = series_.times.empty() ? static_cast<double>(first) / std::max(timeline_.rate_hz, 1e-300)
                                               : series_.times[static_cast<size_t>(first)] / timeline_.second;
    return start + static_cast<double>(samples) / std::max(rate_, 1e-300);
  }

  /// ", interrupted by 3 gaps and 120 samples without a number", where anything interrupts.
  std::string interruptions_text() const {
    std::vector<std::string> by;
    if (gaps_ > 0) by.push_back(plural(gaps_, "gap") + " in their times");
    if (blanks_ > 0) by.push_back(plural(blanks_, "sample") + " without a number");
    if (unlabelled_ > 0) by.push_back(plural(unlabelled_, "window") + " without a class");
    return by.empty() ? "" : fmt::format("; there are {}", fmt::join(by, " and "));
  }

  void note_short(int64_t samples) {
    const auto at = static_cast<size_t>(file_);
    ++shorts_[files_.labels.empty() ? "" : files_.labels[at]];
    if (shortest_.first.empty() || samples < shortest_.second) shortest_ = {files_.names[at], samples};
  }
  int64_t short_count() const {
    int64_t count = 0;
    for (const auto& [name, one] : shorts_) count += one;
    return count;
  }
  std::string window_text() const {
    return rate_ > 0 ? fmt::format("{} samples ({:g} s)", window_.length_samples,
                                   static_cast<double>(window_.length_samples) / rate_)
                     : fmt::format("{} samples", window_.length_samples);
  }

  void say(const std::string& where) {
    const auto note = [&](std::string sentence) { rows_.notes.push_back(std::move(sentence)); };
    if (!shorts_.empty()) {
      const Short rule = options_.short_recordings;
      const std::string done = rule == Short::drop   ? "left out"
                               : rule == Short::zero ? "filled up with zeros"
                               : rule == Short::edge ? "filled up with their last sample"
                                                     : "repeated to fill it";
      const bool uneven = shorts_.size() > 1 && rule != Short::drop;
      note(fmt::format("{}: {} of {} recordings are shorter than a window of {} and {}{}{}", where, short_count(),
                       recordings_, window_text(), done, counted(shorts_, ": ", ""),
                       uneven ? "; a model can tell such windows by their ends, and with them the class" : ""));
    }
    if (gaps_ > 0)
      note(fmt::format("{}: {} in the times of {}, the longest of {:g} s in '{}'; no window spans one", where,
                       plural(gaps_, "gap"), plural(with_gaps_, "recording"), longest_gap_.second, longest_gap_.first));
    if (blanks_ > 0)
      note(fmt::format("{}: {} in {} miss a number; no window holds one", where, plural(blanks_, "sample"),
                       plural(with_blanks_, "recording")));
    if (left_over_ > 0)
      note(fmt::format("{}: {} between interruptions left out, shorter than a window of {}", where,
                       left_over_ == 1 ? "1 stretch" : fmt::format("{} stretches", left_over_), window_text()));
    if (unlabelled_ > 0)
      note(fmt::format("{}: {} left out, for {} of their samples", where, plural(unlabelled_, "window"),
                       options_.label_rule.least > 0
                           ? fmt::format("no class has at least {:g}", options_.label_rule.least)
                           : "no class has most"));
  }
};

}  // namespace

int64_t samples_of(const Length& length, double rate_hz, const std::string& key) {
  if (length.samples > 0) return length.samples;
  check(rate_hz > 0, "{} is {:g}, and nothing says how many samples a second there are; give rate_hz", key,
        length.seconds);
  const double samples = length.seconds * rate_hz, whole = std::round(samples);
  if (std::abs(samples - whole) <= 1e-6 && whole >= 1) return static_cast<int64_t>(whole);
  const double fewer = std::max(1.0, std::floor(samples)), more = fewer + 1;
  fail(
      "{} is {:g}, which is {:g} samples at {:g} a second (expected a whole number); the nearest are {:g} and {:g} s "
      "at this rate, or {:g} and {:g} samples a second",
      key, length.seconds, samples, rate_hz, fewer / rate_hz, more / rate_hz, fewer / length.seconds,
      more / length.seconds);
}

Short short_rule(std::string_view word) {
  const std::vector<std::string> known = {"refuse", "drop", "zero", "edge", "wrap"};
  const auto found = std::find(known.begin(), known.end(), word);
  if (found == known.end()) throw Error(unknown_name("rule for short recordings", word, known), ExitCode::usage);
  return static_cast<Short>(found - known.begin());
}

RecordingRows read_recordings(const FileList& files, const RecordingOptions& options) {
  Recordings recordings(files, options);
  FileRows read = data_detail::read_files(
      files, options.corrupt,
      [&](const std::filesystem::path& path) {
        recordings.read(path);
        return Array();
      },
      [&](const Array&, const std::string& name) { recordings.take(name); });
  RecordingRows rows = std::move(recordings).rows();
  rows.hash = read.hash;
  rows.notes.insert(rows.notes.begin(), read.notes.begin(), read.notes.end());
  return rows;
}

}  // namespace lathe
