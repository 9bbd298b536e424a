#include "lathe/report/contributions.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace lathe {
namespace {
using nlohmann::json;

constexpr size_t kKept = 8;

double number(const json& value) {
  return value.is_number() ? value.get<double>() : 0;
}

struct Row {
  const json* entry;
  double size = 0, sum = 0;  ///< mean magnitude; the sum decides which way it pushes
};

Row measured(const json& entry) {
  Row row{&entry};
  const json& values = entry.at("values");
  for (const json& value : values) {
    row.size += std::abs(number(value)) / static_cast<double>(values.size());
    row.sum += number(value);
  }
  return row;
}

json rest_of(const std::vector<Row>& rows, int sign) {
  std::vector<double> sum(rows.front().entry->at("values").size());
  for (const Row& row : rows)
    for (size_t at = 0; at < sum.size(); ++at) sum[at] += number(row.entry->at("values")[at]);
  return {{"rest", rows.size()}, {"sign", sign}, {"values", sum}};
}

}  // namespace

json largest_and_rest(const json& contributions) {
  std::vector<Row> rows;
  json rests = json::array();
  for (const json& entry : contributions) {
    if (entry.contains("rest"))
      rests.push_back(entry);
    else
      rows.push_back(measured(entry));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& one, const Row& other) { return one.size > other.size; });
  const size_t keep = rows.size() <= kKept + 1 ? rows.size() : kKept;  // one more than the limit is no rest worth a row
  json kept = json::array();
  for (size_t rank = 0; rank < keep; ++rank) kept.push_back(*rows[rank].entry);
  std::vector<Row> up, down;
  for (size_t rank = keep; rank < rows.size(); ++rank) (rows[rank].sum < 0 ? down : up).push_back(rows[rank]);
  if (!up.empty()) kept.push_back(rest_of(up, 1));
  if (!down.empty()) kept.push_back(rest_of(down, -1));
  for (json& rest : rests) kept.push_back(std::move(rest));
  return kept;
}

}  // namespace lathe
