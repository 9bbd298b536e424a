/// Recordings of a folder as rows of one tensor: one rate, one length, one number of channels.
#include <ATen/TensorOperators.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/audio.h"
#include "lathe/data/readers/change_rate.h"
#include "lathe/data/readers/file_rows_reading.h"

namespace lathe {

namespace {

constexpr int64_t no_limit = std::numeric_limits<int64_t>::max();

at::Tensor resampled(const at::Tensor& clip, const RateChange& change, int64_t most_samples) {
  at::Tensor out;
  for (int64_t c = 0; c < clip.size(0); ++c) {
    const at::Tensor channel = clip[c].contiguous();
    const std::vector<float> samples =
        change.apply({channel.const_data_ptr<float>(), static_cast<size_t>(channel.numel())}, most_samples);
    const auto length = static_cast<int64_t>(samples.size());
    if (!out.defined()) out = at::zeros({clip.size(0), length}, clip.options());
    std::copy(samples.begin(), samples.end(), out.mutable_data_ptr<float>() + c * length);
  }
  return out;
}

/// Brings clips to one form, and counts what it had to do.
class Shaping {
 public:
  Shaping(const FileList& files, const ClipOptions& options)
      : files_(files), options_(options), rate_(options.rate_hz) {}

  /// Decodes as much as is kept.
  Array read(const std::filesystem::path& path) const {
    return open_audio_start(path, [&](double rate_hz) {
      const double rate = rate_ > 0 ? rate_ : rate_hz;
      const int64_t wanted = samples(rate);
      if (wanted == 0) return no_limit;
      return rate == rate_hz ? wanted + 1 : change(rate_hz, rate).samples_in(wanted + 1);
    });
  }

  at::Tensor fit(const Array& file, const std::string& name) {
    const std::string where = (files_.folder / name).string();
    if (first_.empty()) {
      first_ = name;
      if (rate_ == 0) rate_ = file.rate_hz;
    }
    check(file.rate_hz == rate_ || options_.rate_hz > 0,
          "{}: has {:g} samples a second (expected {:g}, as '{}'); rate_hz resamples all to one", where, file.rate_hz,
          rate_, first_);
    at::Tensor clip = file.values;
    if (options_.channels == 1 && clip.size(0) > 1) {
      mixed_.insert(clip.size(0));
      ++mixed_count_;
      clip = clip.mean(0, /*keepdim=*/true);
    }
    check(clip.size(0) == options_.channels, "{}: has {} channel{} (expected {}); channels = 1 mixes all down to one",
          where, clip.size(0), clip.size(0) == 1 ? "" : "s", options_.channels);
    const int64_t wanted = samples(rate_);
    if (file.rate_hz != rate_) {
      resampled_[file.rate_hz] += 1;
      clip = resampled(clip, change(file.rate_hz, rate_), wanted == 0 ? no_limit : wanted + 1);
    }
    if (length_ == 0) length_ = wanted > 0 ? wanted : clip.size(1);
    check(wanted > 0 || clip.size(1) == length_,
          "{}: has {} samples (expected {}, as '{}'); clip_samples or clip_seconds cuts and pads all to one length",
          where, clip.size(1), length_, first_);
    return padded(clip);
  }

  double rate() const { return rate_; }
  std::vector<std::string> notes() const {
    std::vector<std::string> sentences;
    const std::string where = files_.folder.string();
    for (const auto& from : resampled_)
      sentences.push_back(fmt::format("{}: {} of {} clips resampled from {:g} to {:g} samples a second", where,
                                      from.second, files_.size(), from.first, rate_));
    if (mixed_count_ > 0)
      sentences.push_back(fmt::format("{}: {} of {} clips mixed down from {} channels to one", where, mixed_count_,
                                      files_.size(), fmt::join(mixed_, " or ")));
    if (cut_ + padded_ > 0)
      sentences.push_back(fmt::format("{}: of {} clips {} padded with zeros and {} cut to {} samples", where,
                                      files_.size(), padded_, cut_, length_));
    return sentences;
  }

 private:
  const FileList& files_;
  const ClipOptions& options_;
  double rate_;
  int64_t length_ = 0;
  std::string first_;  ///< the file that rate and length were taken from
  mutable std::map<std::pair<double, double>, RateChange> changes_;
  std::map<double, int64_t> resampled_;
  std::set<int64_t> mixed_;
  int64_t mixed_count_ = 0, cut_ = 0, padded_ = 0;

  int64_t samples(double rate) const {
    return options_.seconds == 0 ? options_.samples : std::max<int64_t>(1, std::llround(options_.seconds * rate));
  }

  const RateChange& change(double from, double to) const {
    const auto found = changes_.find({from, to});
    if (found != changes_.end()) return found->second;
    return changes_.emplace(std::pair(from, to), RateChange(std::llround(from), std::llround(to))).first->second;
  }

  /// At the set's length.
  at::Tensor padded(at::Tensor clip) {
    const int64_t there = clip.size(1);
    cut_ += there > length_ ? 1 : 0;
    padded_ += there < length_ ? 1 : 0;
    clip = clip.narrow(1, 0, std::min(there, length_));
    if (there >= length_) return clip;
    const at::Tensor whole = at::zeros({clip.size(0), length_}, clip.options());
    whole.narrow(1, 0, there).copy_(clip);
    return whole;
  }
};

}  // namespace

FileRows read_clips(const FileList& files, const ClipOptions& options) {
  check(options.rate_hz == std::floor(options.rate_hz) && options.rate_hz >= 0 && options.rate_hz <= 768'000,
        "rate_hz is {:g} (expected a whole number to 768000 for recordings)", options.rate_hz);
  check(options.seconds == 0 || options.samples == 0, "clip_samples and clip_seconds are both given (expected one)");
  check(options.seconds >= 0 && options.seconds <= 1e6, "clip_seconds is {:g} (expected 0 to 1e6)", options.seconds);
  Shaping shaping(files, options);
  FileRows rows = data_detail::read_rows(
      files, options.corrupt, [&](const std::filesystem::path& path) { return shaping.read(path); },
      [&](const Array& file, const std::string& name) { return shaping.fit(file, name); });
  rows.rate_hz = shaping.rate();
  for (std::string& sentence : shaping.notes()) rows.notes.push_back(std::move(sentence));
  return rows;
}

}  // namespace lathe
