#include "lathe/data/readers/series.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/table_text.h"
#include "lathe/data/readers/time_column.h"

namespace lathe {

using namespace data_detail;

namespace {

constexpr const char* kTime = "time";

/// Where each thing stands in a line.
struct Places {
  std::vector<size_t> channels;
  std::optional<size_t> time, labels, groups;
};

Places places_of(const Columns& found, const SeriesColumns& wanted) {
  Places places;
  const bool has_time = std::find(found.names.begin(), found.names.end(), kTime) != found.names.end();
  if (!wanted.time.empty() || has_time)
    places.time = column_or_number(found, wanted.time.empty() ? kTime : wanted.time);
  if (!wanted.labels.empty()) places.labels = column_or_number(found, wanted.labels);
  if (!wanted.groups.empty()) places.groups = column_or_number(found, wanted.groups);
  for (const std::string& channel : wanted.channels) {
    places.channels.push_back(column_or_number(found, channel));
    check(std::count(places.channels.begin(), places.channels.end(), places.channels.back()) == 1,
          "column '{}' is chosen twice (expected every column once)", channel);
  }
  for (size_t i = 0; wanted.channels.empty() && i < found.names.size(); ++i)
    if (places.time != i && places.labels != i && places.groups != i) places.channels.push_back(i);
  check(!places.channels.empty(), "holds no column to read (expected at least one, got {})", join(found.names));
  return places;
}

/// Takes one column of words down.
class Words {
 public:
  explicit Words(WordColumn& column) : column_(column) {}
  void take(std::string_view cell) {
    if (column_.codes.empty() || column_.words[static_cast<size_t>(column_.codes.back())] != cell) {
      const auto [at, fresh] = codes_.try_emplace(std::string(cell), static_cast<int32_t>(column_.words.size()));
      if (fresh) column_.words.emplace_back(cell);
      column_.codes.push_back(at->second);
    } else {
      column_.codes.push_back(column_.codes.back());  // most samples are labelled as the one before
    }
  }

 private:
  WordColumn& column_;
  std::unordered_map<std::string, int32_t> codes_;
};

double time_at(std::string_view cell, int64_t line, const std::string& column, bool& dates) {
  if (const std::optional<double> number = cell_number(cell)) return *number;
  const std::optional<double> date = timestamp_seconds(cell);
  check(date.has_value(),
        "line {}, column '{}': cell is no time (expected a number, or a date as 2014-05-07 13:29:50.43, got '{}')",
        line, column, cell);
  dates = true;
  return *date;
}

}  // namespace

Series read_series(const std::filesystem::path& path, const SeriesColumns& wanted) {
  const MappedFile file(path);
  return within(path.string(), [&] {
    Series series;
    Columns columns;
    Places places;
    std::vector<std::vector<double>> channels;
    Words labels(series.labels), groups(series.groups);
    int64_t samples = 0;
    const auto begin = [&](const Columns& found) {
      columns = found;
      places = places_of(found, wanted);
      for (const size_t at : places.channels) series.channels.push_back(found.names[at]);
      channels.resize(places.channels.size());
    };
    walk_table(
        path, {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, begin,
        [&](const std::vector<std::string_view>& cells, int64_t line) {
          if (samples++ == 0) series.first_line = line;
          for (size_t i = 0; i < channels.size(); ++i) {
            const size_t at = places.channels[i];
            channels[i].push_back(cell_number_at(cells[at], line, columns.names[at]));
          }
          if (places.time)
            series.times.push_back(time_at(cells[*places.time], line, columns.names[*places.time], series.dates));
          if (places.labels) labels.take(cells[*places.labels]);
          if (places.groups) groups.take(cells[*places.groups]);
        });
    series.values = at::empty({static_cast<int64_t>(channels.size()), samples}, at::TensorOptions().dtype(at::kDouble));
    auto* to = series.values.mutable_data_ptr<double>();
    for (const std::vector<double>& channel : channels) to = std::copy(channel.begin(), channel.end(), to);
    return series;
  });
}

}  // namespace lathe
