#include "lathe/recipe/surgical_search.h"

#include <ATen/Context.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "lathe/base/text.h"
#include "lathe/graph/freeze.h"
#include "lathe/rewrite/head.h"

namespace lathe {
namespace {

constexpr const char* kHead = "head";
constexpr const char* kAll = "all";

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Nodes in front of the classifier that own something to train.
Names trainable_trunk(const Graph& graph, const Names& head) {
  Names names;
  for (const Node& node : graph.nodes) {
    const bool trains = std::any_of(node.params.begin(), node.params.end(),
                                    [](const Param& param) { return !param.buffer && param.value.requires_grad(); });
    if (trains && !contains(head, node.name)) names.push_back(node.name);
  }
  return names;
}

/// What the names have in common, up to and with a dot: "feature_extractor.".
std::string common_prefix(const Names& names) {
  std::string prefix = names.at(0).substr(0, names[0].rfind('.') + 1);
  for (const std::string& name : names)
    while (!name.starts_with(prefix)) {
      prefix.pop_back();
      prefix.resize(prefix.rfind('.') + 1);
    }
  return prefix;
}

/// The children that names tell apart: "feature_extractor.layer1.*", …, "stem".
Names children(const Names& nodes) {
  Names globs;
  const std::string prefix = common_prefix(nodes);
  for (const std::string& node : nodes) {
    const size_t dot = node.find('.', prefix.size());
    const std::string glob = dot == node.npos ? node : node.substr(0, dot) + ".*";
    if (!contains(globs, glob)) globs.push_back(glob);
  }
  return globs;
}

/// Refuses a block that is not one of its own.
void check_blocks(const Graph& graph, const Names& blocks, const Names& head) {
  within("blocks", [&] { check_param_globs(graph, blocks); });
  std::map<std::string, std::string> owner;
  for (const std::string& block : blocks) {
    bool trains = false;
    for (const ConstNamedParam& entry : named_params(graph)) {
      const std::string& node = graph.nodes[static_cast<size_t>(entry.node)].name;
      if (entry.param->buffer || !names_param(block, node, entry.param->name)) continue;
      trains = trains || entry.param->value.requires_grad();
      if (contains(head, node))
        fail_as(ExitCode::usage, "blocks: '{}' holds '{}' of the classifier, which trains beside every block", block,
                entry.name);
      const auto [first, fresh] = owner.emplace(entry.name, block);
      if (!fresh)
        fail_as(ExitCode::usage, "blocks: '{}' and '{}' both hold '{}' (expected blocks that share nothing)",
                first->second, block, entry.name);
    }
    if (!trains) fail_as(ExitCode::usage, "blocks: '{}' holds no parameter that trains", block);
  }
}

int64_t parameters_that_train(const Graph& graph) {
  int64_t count = 0;
  for (const ConstNamedParam& entry : named_params(graph))
    if (!entry.param->buffer && entry.param->value.requires_grad()) count += entry.param->value.numel();
  return count;
}

/// The epoch whose weights the training ended with.
const HistoryRow& last_weights(const FitReport& report, bool restored) {
  const size_t epoch =
      restored && report.best_epoch > 0 ? static_cast<size_t>(report.best_epoch) : report.history.size();
  return report.history.at(epoch - 1);
}

std::string folder_name(size_t place, const std::string& trial) {
  std::string name;
  for (const char c : trial) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
  return fmt::format("{}-{}", place + 1, name);
}

}  // namespace

std::vector<SurgicalTrial> surgical_trials(const Graph& graph, const SurgicalOptions& options) {
  const Names head = head_nodes(graph, options.features);
  Names trained;  // of the classifier
  for (const std::string& name : head)
    if (!graph.node(name).params.empty()) trained.push_back(name);
  const Names trunk = trainable_trunk(graph, head);
  check(!trunk.empty(), "surgical: nothing in front of the classifier trains, so there are no blocks to choose from");
  const Names blocks = options.blocks.empty() ? children(trunk) : options.blocks;
  check_blocks(graph, blocks, head);
  std::vector<SurgicalTrial> trials = {{kHead, trained}};
  for (const std::string& block : blocks) {
    trials.push_back({block, trained});
    trials.back().globs.push_back(block);
  }
  trials.push_back({kAll, {"*"}});
  return trials;
}

SurgicalReport surgical_search(Graph& graph, const std::vector<SurgicalTrial>& trials, const FitOptions& options,
                               const SurgicalFit& train) {
  SurgicalReport report{.watched = options.watch.name, .rows = {}, .best = trials.size(), .fit = {}};
  const Graph start = graph;
  Graph best;
  const auto better = [&](double value) {
    if (report.best == trials.size()) return !std::isnan(value);
    const double known = report.rows[report.best].value;
    return options.watch.larger_is_better ? value > known : value < known;
  };
  for (size_t i = 0; i < trials.size(); ++i) {
    Graph tried = clone(graph);
    const FreezeGuard guard(tried);
    freeze_all_but(tried, trials[i].globs);
    FitOptions own = options;
    if (!own.folder.empty()) own.folder /= folder_name(i, trials[i].name);
    at::manual_seed(options.seed);
    const int64_t parameters = parameters_that_train(tried);
    const FitReport fitted = train(tried, trials[i].name, own);
    const HistoryRow& row = last_weights(fitted, options.watch.restore_best);
    const double value = options.watch.value ? row.validation_metric : row.validation_loss;
    if (better(value)) {
      report.best = i;
      report.fit = fitted;
      best = tried;  // shares the tensors, which the guard gives back what trained
    }
    report.rows.push_back({trials[i].name, parameters, fitted.epochs, row.validation_loss, value});
  }
  check(report.best < trials.size(), "surgical: {} is not defined on the validation rows in any of {} trials",
        report.watched, trials.size());
  for (const NamedParam& entry : named_params(best)) {
    Param& mine = *graph.nodes[static_cast<size_t>(entry.node)].params.find(entry.param->name);
    const bool trains = mine.value.requires_grad();
    mine.value = entry.param->value.detach();
    mine.value.set_requires_grad(trains);
  }
  return report;
}

std::string surgical_table(const SurgicalReport& report) {
  const bool metric = report.watched != "loss";
  size_t width = std::string("trained").size();
  for (const SurgicalRow& row : report.rows) width = std::max(width, row.trained.size());
  std::string text =
      fmt::format("{:<{}}  {:>10}  {:>6}  {:>15}", "trained", width, "parameters", "epochs", "validation loss");
  if (metric) text += fmt::format("  {:>12}", report.watched);
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const SurgicalRow& row = report.rows[i];
    text += fmt::format("\n{:<{}}  {:>10}  {:>6}  {:>15.4f}", row.trained, width, with_commas(row.parameters),
                        row.epochs, row.validation_loss);
    if (metric) text += fmt::format("  {:>12.4f}", row.value);
    if (i == report.best) text += "  kept";
  }
  return text;
}

std::string surgical_csv(const SurgicalReport& report) {
  const bool metric = report.watched != "loss";
  std::string text =
      fmt::format("trained,parameters,epochs,validation_loss,{}kept\n", metric ? report.watched + "," : "");
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const SurgicalRow& row = report.rows[i];
    text += fmt::format("\"{}\",{},{},{},", row.trained, row.parameters, row.epochs, row.validation_loss);
    if (metric) text += fmt::format("{},", row.value);
    text += i == report.best ? "yes\n" : "no\n";
  }
  return text;
}

}  // namespace lathe
