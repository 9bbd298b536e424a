#include "lathe/prune/rows.h"

#include <algorithm>
#include <numeric>

namespace lathe {
namespace {

double reduce(const std::vector<double>& values, const std::string& how) {
  if (how == "first") return values.front();
  if (how == "max") return *std::max_element(values.begin(), values.end());
  if (how == "product") return std::accumulate(values.begin(), values.end(), 1.0, std::multiplies<>());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (how == "sum") return sum;
  if (how == "mean") return sum / static_cast<double>(values.size());
  throw Error(unknown_name("reduction", how, {"first", "max", "mean", "product", "sum"}), ExitCode::usage);
}

}  // namespace

std::vector<double> sums_over_others(const at::Tensor& value, int64_t axis) {
  const at::Tensor sums =
      value.detach().to(at::kDouble).cpu().movedim(axis, 0).reshape({value.size(axis), -1}).sum(1).contiguous();
  return {sums.const_data_ptr<double>(), sums.const_data_ptr<double>() + sums.numel()};
}

std::vector<double> unit_sums(const ChannelGroup& group, const Cut& cut, const std::vector<double>& per_entry) {
  std::vector<double> sums;
  for (const Unit& unit : group.units) {
    double sum = 0;
    for (const int64_t entry : entries_of(unit, cut)) sum += per_entry[static_cast<size_t>(entry)];
    sums.push_back(sum);
  }
  return sums;
}

std::vector<double> reduced(const ScoreCase& at,
                            const std::function<at::Tensor(const Cut&, const at::Tensor&)>& value_of) {
  std::vector<std::vector<double>> rows;
  for (const Cut& cut : at.group.cuts) {
    const at::Tensor value = value_of(cut, at.graph.nodes[static_cast<size_t>(cut.node)].params[cut.param]);
    if (value.defined()) rows.push_back(unit_sums(at.group, cut, sums_over_others(value, cut.axis)));
  }
  check(!rows.empty(), "group '{}': the criterion finds nothing to go by in it", at.group.name);
  std::vector<double> scores;
  for (size_t unit = 0; unit < at.group.units.size(); ++unit) {
    std::vector<double> column;
    for (const std::vector<double>& row : rows) column.push_back(row[unit]);
    scores.push_back(reduce(column, at.options.reduction));
  }
  return scores;
}

bool is_weight(const Graph& graph, const Cut& cut) {
  const Param& param = *graph.nodes[static_cast<size_t>(cut.node)].params.find(cut.param);
  return !param.buffer && param.name != "bias";
}

}  // namespace lathe
