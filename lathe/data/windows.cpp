/// Windows by unfolding: a stride trick, not a copy.
#include "lathe/data/windows.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <map>

#include "lathe/base/errors.h"

namespace lathe {

int64_t window_count(int64_t samples, const WindowOptions& options) {
  check(options.length_samples >= 1, "windows: length makes no sense (expected at least 1 sample, got {})",
        options.length_samples);
  check(options.stride_samples >= 1, "windows: stride makes no sense (expected at least 1 sample, got {})",
        options.stride_samples);
  check(samples >= options.length_samples,
        "windows: recording is shorter than one window (expected at least {} samples, got {})", options.length_samples,
        samples);
  return (samples - options.length_samples) / options.stride_samples + 1;
}

at::Tensor cut_windows(const at::Tensor& recording, const WindowOptions& options) {
  check(recording.dim() == 2, "windows: recording has the wrong shape (expected [C, T], got {} axes)", recording.dim());
  window_count(recording.size(1), options);
  return recording.unfold(1, options.length_samples, options.stride_samples).transpose(0, 1);
}

at::Tensor cut_labels(const at::Tensor& labels, const WindowOptions& options) {
  check(labels.dim() == 1, "windows: labels have the wrong shape (expected [T], got {} axes)", labels.dim());
  window_count(labels.size(0), options);
  return labels.unfold(0, options.length_samples, options.stride_samples);
}

at::Tensor majority_labels(const at::Tensor& labels, const WindowOptions& options) {
  check(!labels.is_floating_point(), "windows: labels have the wrong type (expected integer classes, got {})",
        c10::toString(labels.scalar_type()));
  const at::Tensor windows = cut_labels(labels.to(at::kLong).contiguous(), options);
  at::Tensor classes = at::empty({windows.size(0)}, at::TensorOptions().dtype(at::kLong));
  const int64_t* label = windows.const_data_ptr<int64_t>();
  for (int64_t window = 0; window < windows.size(0); ++window, label += options.stride_samples) {
    std::map<int64_t, int64_t> counts;
    for (int64_t i = 0; i < options.length_samples; ++i) ++counts[label[i]];
    auto most = counts.begin();
    for (auto other = counts.begin(); other != counts.end(); ++other)
      if (other->second > most->second) most = other;
    classes.mutable_data_ptr<int64_t>()[window] = most->first;
  }
  return classes;
}

at::Tensor threshold_labels(const at::Tensor& labels, const WindowOptions& options, double ratio) {
  check(ratio > 0 && ratio <= 1, "windows: ratio is out of range (expected more than 0 and at most 1, got {})", ratio);
  const at::Tensor windows = cut_labels(labels, options);
  return windows.ne(0).to(at::kDouble).mean(1).ge(ratio).to(at::kLong);
}

std::vector<int64_t> window_classes(std::span<const int64_t> labels, int64_t classes, const WindowOptions& options,
                                    const LabelRule& rule) {
  check(rule.least == 0 || (rule.least > 0.5 && rule.least <= 1),
        "windows: label threshold is out of range (expected more than 0.5 and at most 1, got {})", rule.least);
  std::vector<int64_t> chosen;
  const int64_t windows = window_count(std::ssize(labels), options);
  for (int64_t window = 0; window < windows; ++window) {
    std::vector<int64_t> counts(static_cast<size_t>(classes) + 1);  // the last: samples without a class
    const auto samples = labels.subspan(static_cast<size_t>(window * options.stride_samples),
                                        static_cast<size_t>(options.length_samples));
    for (const int64_t label : samples) ++counts[static_cast<size_t>(label < 0 ? classes : label)];
    const auto most = std::max_element(counts.begin(), counts.end());
    // 0.55 of 100 samples is 55 of them, whatever the product rounds to.
    const bool enough = static_cast<double>(*most) + 1e-9 >= rule.least * static_cast<double>(options.length_samples);
    const int64_t label = most - counts.begin();
    chosen.push_back(enough && label < classes ? label : -1);
  }
  return chosen;
}

}  // namespace lathe
