#include "lathe/recipe/class_smoothing.h"

#include <set>

#include "lathe/recipe/evaluate_section.h"

namespace lathe {
namespace {

std::set<int64_t> classes_in(const Tensor& labels) {
  const Tensor whole = labels.to(at::kCPU, at::kLong).contiguous();
  const int64_t* first = whole.const_data_ptr<int64_t>();
  return std::set<int64_t>(first, first + whole.numel());
}

SaidOfRows said_of(const Model& model, const Dataset& data) {
  return {predict_probabilities(model, data), data.targets};
}

}  // namespace

std::string estimate_smoothing(Model& model, const SmoothingRows& rows) {
  const Dataset& sequence = rows.sequence;
  check(!sequence.groups.empty() || sequence.times.defined(),
        "{}: nothing says which rows follow each other (expected for smoothing = \"hmm\"); give [data] groups",
        sequence.name);
  const int64_t count = sequence.targets.numel();
  const Chains chains = chains_of(count, sequence.groups, sequence.times);
  const size_t all = classes_in(sequence.targets).size();
  std::vector<SaidOfRows> said;
  size_t held_back = 0;
  if (rows.held_back.rows() > 0) {
    held_back = classes_in(rows.held_back.targets).size();
    said.push_back(said_of(model, rows.held_back));
  }
  if (held_back < all) said.push_back(said_of(model, rows.train));
  model.preprocessing.hidden_markov = estimate_hidden_markov(sequence.targets, chains, said);

  const std::string counted =
      fmt::format("smoothing: transitions counted in {} labels of {} sequences", count, chains.size());
  if (held_back == 0)
    return counted +
           ", emissions in rows that trained, which the network knows better than it will know others; hold rows back "
           "with [validation]";
  std::string text = counted + fmt::format(", emissions in {} rows held back", rows.held_back.rows());
  if (held_back < all)
    text += fmt::format(" (of {} of {} classes; of the others in rows that trained)", held_back, all);
  return text;
}

}  // namespace lathe
