#include "lathe/pretrain/subject_order.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "lathe/base/errors.h"
#include "lathe/base/rng.h"

namespace lathe {
namespace {

template <class Value>
void shuffle_all(std::vector<Value>& values, Rng& rng) {
  for (size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[static_cast<size_t>(rng.below(static_cast<int64_t>(i)))]);
}

}  // namespace

std::vector<int64_t> draw_without_replacement(const std::vector<double>& weights, int64_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<std::pair<double, int64_t>> keys;  // the time at which each is drawn, were they all waited for
  for (size_t i = 0; i < weights.size(); ++i) {
    const double waited = -std::log(1 - rng.uniform());
    keys.emplace_back(weights[i] > 0 ? waited / weights[i] : std::numeric_limits<double>::max(),
                      static_cast<int64_t>(i));
  }
  count = std::min(count, std::ssize(keys));
  if (count < std::ssize(keys)) std::nth_element(keys.begin(), keys.begin() + count, keys.end());
  std::vector<int64_t> places;
  for (int64_t i = 0; i < count; ++i) places.push_back(keys[static_cast<size_t>(i)].second);
  std::sort(places.begin(), places.end());
  return places;
}

SubjectOrder::SubjectOrder(int64_t rows, const std::vector<std::string>& subjects, std::vector<double> weights,
                           const SamplingOptions& options)
    : options_(options) {
  const auto needs_subjects = [&](int64_t value, const char* key) {
    check(value == 0 || !subjects.empty(),
          "'{}' is {}, and the windows have no subjects (expected groups, whose each window is)", key, value);
  };
  needs_subjects(options.windows_per_subject, "windows_per_subject");
  needs_subjects(options.subjects_per_batch, "subjects_per_batch");
  std::map<std::string, size_t> places;
  for (int64_t row = 0; row < rows; ++row) {
    const std::string name = subjects.empty() ? std::string() : subjects.at(static_cast<size_t>(row));
    const size_t place = places.emplace(name, places.size()).first->second;
    if (place == subjects_.size()) subjects_.emplace_back();
    subjects_[place].rows.push_back(row);
    subjects_[place].weights.push_back(weights.empty() ? 1.0 : weights.at(static_cast<size_t>(row)));
  }
  check(options.subjects_per_batch <= std::ssize(subjects_),
        "'subjects_per_batch' is {} (expected at most {}, as many subjects as train)", options.subjects_per_batch,
        subjects_.size());
  for (const Subject& subject : subjects_) rows_ += drawn(subject);
}

int64_t SubjectOrder::drawn(const Subject& subject) const {
  const int64_t all = std::ssize(subject.rows);
  return options_.windows_per_subject > 0 ? std::min(options_.windows_per_subject, all) : all;
}

std::vector<int64_t> SubjectOrder::epoch(bool shuffle, uint64_t seed, int64_t epoch) const {
  Rng rng(Rng(seed).bits() + static_cast<uint64_t>(epoch));  // as train/order.h
  std::vector<std::vector<int64_t>> each;
  for (const Subject& subject : subjects_) {
    each.emplace_back();
    for (const int64_t place : draw_without_replacement(subject.weights, drawn(subject), rng.bits()))
      each.back().push_back(subject.rows[static_cast<size_t>(place)]);
  }
  std::vector<int64_t> order;
  if (shuffle) shuffle_all(each, rng);
  const auto most = options_.subjects_per_batch > 0 ? static_cast<size_t>(options_.subjects_per_batch) : each.size();
  const size_t groups = (each.size() + most - 1) / most;
  for (size_t group = 0; group < groups; ++group) {  // of almost one size: nobody is left for the end alone
    std::vector<int64_t> mixed;
    for (size_t i = each.size() * group / groups; i < each.size() * (group + 1) / groups; ++i)
      mixed.insert(mixed.end(), each[i].begin(), each[i].end());
    if (shuffle) shuffle_all(mixed, rng);
    order.insert(order.end(), mixed.begin(), mixed.end());
  }
  return order;
}

}  // namespace lathe
