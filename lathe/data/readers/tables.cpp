/// Tables of a folder as rows of one tensor: a file a recording, a column a channel.
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/file_rows_reading.h"
#include "lathe/data/readers/time_column.h"

namespace lathe {
namespace {

constexpr const char* kTime = "time";

/// Takes tables one by one, and makes one tensor of them at the end.
class Tables {
 public:
  Tables(const FileList& files, const TableOptions& options) : files_(files), options_(options) {}

  /// The channels, and behind them the times where there are any.
  Array read(const std::filesystem::path& path) const {
    return read_columns(path, [&](const std::vector<std::string>& names) {
      std::vector<std::string> chosen = options_.columns;
      const bool timed = std::find(names.begin(), names.end(), kTime) != names.end();
      if (chosen.empty())
        for (const std::string& name : names)
          if (name != kTime) chosen.push_back(name);
      if (timed && !chosen.empty() && std::find(chosen.begin(), chosen.end(), kTime) == chosen.end())
        chosen.emplace_back(kTime);
      return chosen;
    });
  }

  void take(const Array& table, const std::string& name) {
    const bool asked = std::find(options_.columns.begin(), options_.columns.end(), kTime) != options_.columns.end();
    const bool timed = !asked && !table.columns.empty() && table.columns.back() == kTime;
    std::vector<std::string> channels = table.columns;
    if (timed) channels.pop_back();
    const int64_t width = table.values.size(1), samples = table.values.size(0), count = width - (timed ? 1 : 0);
    if (rows_.empty()) {
      channels_ = channels;
      count_ = count;
    }
    const std::string where = (files_.folder / name).string();
    check(count == count_ && channels == channels_,
          "{}: has {} columns, {} (expected {}, as '{}': {}); 'columns' chooses", where, count, join(channels), count_,
          names_.empty() ? name : names_[0], join(channels_));
    if (timed) note_times(table, count, name);
    const auto* from = table.values.const_data_ptr<double>();
    at::Tensor row = at::empty({count, samples}, at::TensorOptions().dtype(at::kFloat));
    auto* to = row.mutable_data_ptr<float>();
    for (int64_t c = 0; c < count; ++c)
      for (int64_t t = 0; t < samples; ++t) *to++ = static_cast<float>(from[t * width + c]);
    rows_.push_back(row);
    names_.push_back(name);
  }

  at::Tensor values() const {
    const auto shorter = [](const at::Tensor& a, const at::Tensor& b) { return a.size(1) < b.size(1); };
    const auto shortest = std::min_element(rows_.begin(), rows_.end(), shorter);
    const auto longest = std::max_element(rows_.begin(), rows_.end(), shorter);
    const int64_t samples = longest->size(1);
    check(shortest->size(1) == samples || options_.unequal_lengths,
          "{}: recordings have {} to {} samples, the shortest is '{}', the longest '{}' (expected one length); "
          "--window, or "
          "window_samples, cuts them into windows; [[clean]] kind = \"length\" cuts and pads all to one",
          files_.folder.string(), shortest->size(1), samples, names_[static_cast<size_t>(shortest - rows_.begin())],
          names_[static_cast<size_t>(longest - rows_.begin())]);
    at::Tensor all = data_detail::room_for(files_, {count_, samples}, rows_[0].options());
    all = all.narrow(0, 0, static_cast<int64_t>(rows_.size()));
    auto* to = all.mutable_data_ptr<float>();
    for (const at::Tensor& row : rows_)
      for (int64_t c = 0; c < count_; ++c, to += samples) {
        const auto* from = row.const_data_ptr<float>() + c * row.size(1);
        std::fill(std::copy_n(from, row.size(1), to), to + samples, std::numeric_limits<float>::quiet_NaN());
      }
    return all;
  }

  double rate() const { return options_.rate_hz > 0 ? options_.rate_hz : rate_; }

  std::vector<std::string> notes() const {
    if (irregular_.empty()) return {};
    return {
        fmt::format("{}: {} of {} recordings have gaps in their column 'time', the first is '{}'; their samples are "
                    "taken as evenly spaced",
                    files_.folder.string(), irregular_.size(), files_.size(), irregular_[0])};
  }

 private:
  const FileList& files_;
  const TableOptions& options_;
  std::vector<at::Tensor> rows_;
  std::vector<std::string> names_, channels_, irregular_;
  int64_t count_ = 0;
  double rate_ = 0;
  std::string rate_from_;  ///< the file that the rate was taken from

  void note_times(const Array& table, int64_t column, const std::string& name) {
    const TimeColumn times = read_times(table.values.const_data_ptr<double>() + column, table.values.size(0),
                                        table.values.size(1), options_.rate_hz);
    if (!times.regular) irregular_.push_back(name);
    if (times.rate_hz == 0) return;
    const std::string where = (files_.folder / name).string();
    check(options_.rate_hz == 0 || times.rate_hz == options_.rate_hz,
          "{}: has {:g} samples a second by its column 'time' (expected {:g}, as rate_hz)", where, times.rate_hz,
          options_.rate_hz);
    if (rate_ == 0) {
      rate_ = times.rate_hz;
      rate_from_ = name;
    }
    check(std::abs(times.rate_hz - rate_) <= 0.01 * rate_,
          "{}: has {:g} samples a second by its column 'time' (expected {:g}, as '{}')", where, times.rate_hz, rate_,
          rate_from_);
  }
};

}  // namespace

FileRows read_tables(const FileList& files, const TableOptions& options) {
  Tables tables(files, options);
  FileRows rows = data_detail::read_files(
      files, options.corrupt, [&](const std::filesystem::path& path) { return tables.read(path); },
      [&](const Array& table, const std::string& name) { tables.take(table, name); });
  rows.values = tables.values();
  rows.rate_hz = tables.rate();
  for (std::string& sentence : tables.notes()) rows.notes.push_back(std::move(sentence));
  return rows;
}

}  // namespace lathe
