/// Counts the tables, decodes sequences.
#include "lathe/signal/hidden_markov.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "lathe/base/errors.h"

namespace lathe {
namespace {

/// Rows of each group as they stand, groups in the order in which they come.
Chains rows_of_groups(int64_t rows, const std::vector<std::string>& groups) {
  Chains all;
  std::map<std::string, size_t> places;
  for (int64_t row = 0; row < rows; ++row) {
    const std::string group = groups.empty() ? "" : groups[static_cast<size_t>(row)];
    const size_t place = places.emplace(group, all.size()).first->second;
    if (place == all.size()) all.emplace_back();
    all[place].push_back(row);
  }
  return all;
}

/// By time, unless two rows begin at once.
void sort_by_time(std::vector<int64_t>& rows, const std::vector<double>& times) {
  const auto time = [&](int64_t row) { return times[static_cast<size_t>(row)]; };
  std::vector<int64_t> sorted = rows;
  std::stable_sort(sorted.begin(), sorted.end(), [&](int64_t a, int64_t b) { return time(a) < time(b); });
  const auto twice =
      std::adjacent_find(sorted.begin(), sorted.end(), [&](int64_t a, int64_t b) { return time(a) == time(b); });
  if (twice == sorted.end()) rows = sorted;
}

double median_step(const Chains& groups, const std::vector<double>& times) {
  std::vector<double> steps;
  for (const std::vector<int64_t>& rows : groups)
    for (size_t i = 1; i < rows.size(); ++i) {
      const double step = times[static_cast<size_t>(rows[i])] - times[static_cast<size_t>(rows[i - 1])];
      if (step > 0) steps.push_back(step);
    }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + std::ssize(steps) / 2;
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

/// A distribution from counts, with one more observation that says nothing.
void normalise(std::vector<double>& counts, size_t from, size_t states) {
  double total = 0;
  for (size_t i = from; i < from + states; ++i) total += counts[i] += 1 / static_cast<double>(states);
  for (size_t i = from; i < from + states; ++i) counts[i] /= total;
}

std::vector<int64_t> classes_of(const at::Tensor& labels, int64_t states) {
  const at::Tensor whole = labels.to(at::kCPU, at::kLong).contiguous();
  const int64_t* first = whole.const_data_ptr<int64_t>();
  std::vector<int64_t> classes(first, first + whole.numel());
  for (const int64_t label : classes)
    check(label >= 0 && label < states, "hidden Markov model: a label is no class (expected 0 … {}, got {})",
          states - 1, label);
  return classes;
}

std::vector<double> logarithms(const std::vector<double>& table) {
  std::vector<double> logs;
  for (const double value : table) logs.push_back(std::log(value));
  return logs;
}

void check_distributions(const char* what, const std::vector<double>& table, size_t rows, size_t states) {
  check(table.size() == rows * states, "hidden Markov model: '{}' has {} numbers (expected {})", what, table.size(),
        rows * states);
  for (size_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (size_t i = row * states; i < (row + 1) * states; ++i) sum += table[i] >= 0 ? table[i] : std::nan("");
    check(std::abs(sum - 1) < 1e-6, "hidden Markov model: row {} of '{}' is no distribution (its sum is {:g})", row,
          what, sum);
  }
}

}  // namespace

Chains chains_of(int64_t rows, const std::vector<std::string>& groups, const at::Tensor& times) {
  check(groups.empty() || std::ssize(groups) == rows, "chains: not one group a row (expected {}, got {})", rows,
        groups.size());
  Chains all = rows_of_groups(rows, groups);
  if (!times.defined()) return all;
  check(times.numel() == rows, "chains: not one time a row (expected {}, got {})", rows, times.numel());
  const at::Tensor seconds = times.to(at::kCPU, at::kDouble).contiguous();
  const std::vector<double> time(seconds.const_data_ptr<double>(), seconds.const_data_ptr<double>() + rows);
  for (size_t row = 0; row < time.size(); ++row)
    check(std::isfinite(time[row]), "chains: row {} begins at {} (expected a time in seconds)", row, time[row]);
  for (std::vector<int64_t>& group : all) sort_by_time(group, time);
  const double longest = 1.5 * median_step(all, time);
  Chains chains;
  for (const std::vector<int64_t>& group : all)
    for (size_t i = 0; i < group.size(); ++i) {
      const double step = i == 0 ? 0 : time[static_cast<size_t>(group[i])] - time[static_cast<size_t>(group[i - 1])];
      if (i == 0 || step <= 0 || step > longest) chains.emplace_back();
      chains.back().push_back(group[i]);
    }
  return chains;
}

HiddenMarkov estimate_hidden_markov(const at::Tensor& labels, const Chains& chains,
                                    const std::vector<SaidOfRows>& said) {
  check(!said.empty() && said.front().probabilities.dim() == 2,
        "hidden Markov model: no probabilities to learn from (expected [N, classes])");
  const int64_t states = said.front().probabilities.size(1);
  const auto width = static_cast<size_t>(states);
  const std::vector<int64_t> classes = classes_of(labels, states);
  HiddenMarkov model{std::vector<double>(width), std::vector<double>(width * width),
                     std::vector<double>(width * width)};
  for (const std::vector<int64_t>& chain : chains)
    for (size_t i = 0; i < chain.size(); ++i) {
      const auto label = static_cast<size_t>(classes.at(static_cast<size_t>(chain[i])));
      model.start[label] += 1;
      if (i > 0) model.transition[static_cast<size_t>(classes[static_cast<size_t>(chain[i - 1])]) * width + label] += 1;
    }
  std::vector<bool> known(width);
  for (const SaidOfRows& rows : said) {
    check(rows.probabilities.dim() == 2 && rows.probabilities.size(1) == states &&
              rows.probabilities.size(0) == rows.labels.numel(),
          "hidden Markov model: probabilities and labels do not go together (expected [{}, {}], got [{}])",
          rows.labels.numel(), states, fmt::join(rows.probabilities.sizes(), ", "));
    const at::Tensor values = rows.probabilities.to(at::kCPU, at::kDouble).contiguous();
    const double* value = values.const_data_ptr<double>();
    std::vector<bool> met(width);
    for (const int64_t label : classes_of(rows.labels, states)) {
      const auto row = static_cast<size_t>(label);
      met[row] = true;
      for (size_t c = 0; c < width; ++c, ++value)
        if (!known[row]) model.emission[row * width + c] += *value;
    }
    for (size_t c = 0; c < width; ++c) known[c] = known[c] || met[c];
  }
  normalise(model.start, 0, width);
  for (size_t row = 0; row < width; ++row) {
    normalise(model.transition, row * width, width);
    normalise(model.emission, row * width, width);
  }
  return model;
}

std::vector<int64_t> likeliest_path(const HiddenMarkov& model, const std::vector<int64_t>& said) {
  const size_t states = model.start.size();
  const std::vector<double> start = logarithms(model.start), transition = logarithms(model.transition),
                            emission = logarithms(model.emission);
  std::vector<int64_t> path(said.size());
  if (said.empty()) return path;
  std::vector<double> best(states), next(states);
  std::vector<std::vector<int64_t>> came_from(said.size(), std::vector<int64_t>(states));
  const auto emits = [&](size_t state, size_t at) { return emission[state * states + static_cast<size_t>(said[at])]; };
  for (size_t state = 0; state < states; ++state) best[state] = start[state] + emits(state, 0);
  for (size_t at = 1; at < said.size(); ++at) {
    for (size_t to = 0; to < states; ++to) {
      size_t from = 0;
      for (size_t other = 1; other < states; ++other)
        if (best[other] + transition[other * states + to] > best[from] + transition[from * states + to]) from = other;
      next[to] = best[from] + transition[from * states + to] + emits(to, at);
      came_from[at][to] = static_cast<int64_t>(from);
    }
    best.swap(next);
  }
  path.back() = std::max_element(best.begin(), best.end()) - best.begin();
  for (size_t at = said.size() - 1; at > 0; --at) path[at - 1] = came_from[at][static_cast<size_t>(path[at])];
  return path;
}

std::vector<int64_t> smoothed_classes(const HiddenMarkov& model, const at::Tensor& probabilities,
                                      const Chains& chains) {
  check(probabilities.dim() == 2 && probabilities.size(1) == std::ssize(model.start),
        "hidden Markov model: it has {} classes (got probabilities [{}])", model.start.size(),
        fmt::join(probabilities.sizes(), ", "));
  const at::Tensor values = probabilities.to(at::kCPU, at::kDouble).contiguous();
  const double* first = values.const_data_ptr<double>();
  std::vector<int64_t> classes(static_cast<size_t>(probabilities.size(0)));
  for (const std::vector<int64_t>& chain : chains) {
    std::vector<int64_t> said;
    for (const int64_t row : chain) {
      const double* begin = first + row * probabilities.size(1);
      said.push_back(std::max_element(begin, begin + probabilities.size(1)) - begin);
    }
    const std::vector<int64_t> path = likeliest_path(model, said);
    for (size_t i = 0; i < chain.size(); ++i) classes[static_cast<size_t>(chain[i])] = path[i];
  }
  return classes;
}

void verify(const HiddenMarkov& model) {
  const size_t states = model.start.size();
  check_distributions("start", model.start, 1, states);
  check_distributions("transition", model.transition, states, states);
  check_distributions("emission", model.emission, states, states);
}

}  // namespace lathe
