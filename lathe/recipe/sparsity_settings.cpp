#include "lathe/recipe/sparsity_settings.h"

#include "lathe/recipe/blame.h"
#include "lathe/recipe/unused_keys.h"
#include "lathe/sparsify/connections.h"

namespace lathe {
namespace {

std::vector<UnusedKey> unused_keys(const Settings& settings, const SparsityOptions& options) {
  std::vector<UnusedKey> unused;
  const auto without = [&](bool used, const char* reason, std::initializer_list<const char*> keys) {
    for (const char* key : keys)
      if (!used && settings.has(key)) unused.push_back({key, "method", reason});
  };
  const bool filters = options.filter_keep > 0, rounds = options.rounds > 0;
  const bool swaps = !options.prune.empty() && !options.gradual && !rounds && options.group == 0;
  const bool renews = swaps || options.gradual || filters;
  const auto needs = [](const auto& registry, const std::string& rule) {
    const auto* entry = rule.empty() ? nullptr : registry.find(rule);
    return entry != nullptr && entry->needs.strength;
  };
  const bool looks = filters || needs(prune_rules(), options.prune) || needs(grow_rules(), options.grow);
  without(swaps, "has no effect where connections are not swapped", {"share", "share_schedule"});
  without(
      renews,
      rounds ? "has no effect with rounds, which lay out the training" : "has no effect where masks stay as they are",
      {"until", "update_every", "update_per"});
  without(looks, "has no effect with rules that do not look at activations",
          {"strength", "deviations", "collect", "average_decay", "look_every"});
  without(options.group > 0, "counts with method = \"n_m\"", {"kept", "groups_of"});
  without(options.group == 0, "has no effect with groups of n_m, where the largest first weights stay",
          {"density", "distribution", "start", "prune", "grow"});
  without(!filters, "has no effect with filters, which say the density",
          {"density", "distribution", "start", "prune", "grow", "scale_weights"});
  without(filters, "counts with method = \"dsconv\"", {"filter_keep", "filter_grow"});
  without(!options.as_published, "has no effect as it was published, where nothing grows", {"filter_grow"});
  without(rounds, "counts with method = \"lottery\"", {"rounds"});
  without(!rounds && !options.gradual, "has no effect where training begins dense and the smallest weights go",
          {"start", "prune", "grow", "scale_weights"});
  without(options.start == "random", "has no effect with start = \"zeros\", where weights say the density",
          {"density", "distribution", "scale_weights"});
  without(options.strength.kind == "variance", "counts with strength = \"variance\"", {"deviations"});
  without(options.collect == "average", "counts with collect = \"average\"", {"average_decay"});
  return unused;
}

}  // namespace

SparsityOptions sparsity_options(const Settings& settings) {
  SparsityOptions options;
  options.kept_of_group = settings.count("kept", 2, 1);
  const int64_t group = settings.count("groups_of", 4, 2);
  const std::string method = settings.word("method", "set");
  blame(settings.origin("method"), [&] {
    const SparsityMethod& entry = sparsity_methods().at(method);
    if (entry.name == "n_m") options.group = group;
    entry.apply(options);
  });
  const int64_t rounds = settings.count("rounds", 5, 1);
  if (options.rounds > 0) options.rounds = rounds;
  const double filter_keep = settings.real("filter_keep", 0.1);
  const double filter_grow = settings.real("filter_grow", options.filter_grow);
  if (options.filter_keep > 0) {
    options.filter_keep = filter_keep;
    options.filter_grow = filter_grow;
  }
  options.layers = settings.words("layers", options.layers);
  options.density = settings.real("density", options.density);
  options.distribution = settings.word("distribution", options.distribution);
  options.start = settings.word("start", options.start);
  options.prune = settings.word("prune", options.prune);
  options.grow = settings.word("grow", options.grow);
  options.share = settings.real("share", options.share);
  options.schedule = settings.word("share_schedule", options.schedule);
  options.until = settings.real("until", options.until);
  options.every = settings.count("update_every", options.every, 1);
  options.per = settings.word("update_per", options.per);
  options.strength.kind = settings.word("strength", options.strength.kind);
  options.strength.deviations = settings.real("deviations", options.strength.deviations);
  options.collect = settings.word("collect", options.collect);
  options.average_decay = settings.real("average_decay", options.average_decay);
  options.look_every = settings.count("look_every", options.look_every, 1);
  options.scale_weights = settings.flag("scale_weights", options.scale_weights);
  const auto known = [&](const char* key, const auto& registry, const std::string& word) {
    if (!word.empty()) blame(settings.origin(key), [&] { registry.at(word); });
  };
  known("prune", prune_rules(), options.prune);
  known("grow", grow_rules(), options.grow);
  known("strength", strengths(), options.strength.kind);
  known("distribution", distributions(), options.distribution);
  refuse_unused(settings, unused_keys(settings, options));
  return options;
}

}  // namespace lathe
