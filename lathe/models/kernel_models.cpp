#include "lathe/models/kernel_models.h"

#include "lathe/ops/layers.h"

namespace lathe {
namespace {

struct Banks {
  std::vector<int64_t> counts, lengths;
};

Banks banks(const Settings& settings) {
  Banks banks{settings.integers("kernels", {{24}}), settings.integers("lengths", {{192, 96, 64}})};
  if (banks.counts.size() == 1) banks.counts.assign(banks.lengths.size(), banks.counts[0]);
  if (banks.counts.size() != banks.lengths.size() || banks.lengths.empty())
    throw settings_error(settings.origin("kernels"),
                         fmt::format("'kernels' has {} counts for {} lengths (expected one, or one a length)",
                                     banks.counts.size(), banks.lengths.size()));
  for (size_t bank = 0; bank < banks.counts.size(); ++bank)
    if (banks.counts[bank] < 1 || banks.lengths[bank] < 1)
      throw settings_error(settings.origin("kernels"), "'kernels' and 'lengths' must be at least 1 each");
  return banks;
}

}  // namespace

Graph build_kernel_segmenter(const Settings& settings) {
  const auto [counts, lengths] = banks(settings);
  Builder builder;
  const Value signal = builder.input("signal", {1, settings.count("samples", 1920, 1)});
  std::vector<Value> activations;
  for (size_t bank = 0; bank < counts.size(); ++bank) {
    const std::string number = std::to_string(bank + 1);
    const Value response =
        conv(signal, "conv" + number, {.out = counts[bank], .kernel = lengths[bank], .same = true});
    activations.push_back(relu(response, "relu" + number));
  }
  const Value all = activations.size() == 1 ? activations[0] : concat(activations, "kernels");
  return builder.finish({sigmoid(weighted_sum(all, "mix"), "probability")});  // the first output is 0.5 everywhere
}

Graph build_kernel_classifier(const Settings& settings) {
  const auto [counts, lengths] = banks(settings);
  Builder builder;
  const Value signal = builder.input("signal", {1, settings.count("samples", 640, 1)});
  const double slope = settings.real("slope", 0.01);
  std::vector<Value> features;
  for (size_t bank = 0; bank < counts.size(); ++bank) {
    const std::string number = std::to_string(bank + 1);
    const Value response = conv(signal, "conv" + number, {.out = counts[bank], .kernel = lengths[bank]});
    features.push_back(
        global_average_pool(leaky_relu(response, "leaky_relu" + number, slope), "mean" + number));
  }
  features.push_back(periodogram(signal, "spectrum", settings.real("rate_hz", 64.0)));
  return builder.finish(
      {linear(concat(features, "features"), "classifier", {.out = settings.count("classes", 3, 2)})});
}

}  // namespace lathe
