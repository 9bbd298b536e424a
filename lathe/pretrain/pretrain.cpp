#include "lathe/pretrain/pretrain.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <memory>

#include "lathe/base/text.h"
#include "lathe/exec/run.h"
#include "lathe/pretrain/method.h"
#include "lathe/pretrain/pretext_batches.h"
#include "lathe/rewrite/head.h"
#include "lathe/train/gradient.h"
#include "lathe/train/order.h"

namespace lathe {
namespace {

constexpr int64_t kScored = 256;  ///< rows that are looked at together

std::vector<PretextScore> scores(const Graph& network, const PretextMethod& method, const PretrainOptions& options,
                                 const BatchSource& rows) {
  const at::NoGradGuard no_gradients;
  const PretextBatches windows = PretextBatches::held_out(rows, options, method.views());
  const at::Device device = device_of(network);
  const std::vector<std::string> names = method.measures();
  std::vector<double> right(names.size());
  double seen = 0, by_chance = 0;
  const std::vector<int64_t> all = epoch_order(windows.rows(), false, 0, 0);
  for (size_t begin = 0; begin < all.size(); begin += kScored) {
    Batch batch = windows.load(std::span(all).subspan(begin, std::min<size_t>(kScored, all.size() - begin)));
    for (auto* tensors : {&batch.inputs, &batch.targets})
      for (Tensor& tensor : *tensors) tensor = tensor.to(device);
    const std::vector<double> counts = method.right(run(network, batch.inputs, {}).outputs, batch);
    const int64_t count = batch.inputs[0].size(0);
    for (size_t i = 0; i < right.size(); ++i) right[i] += counts[i];
    seen += static_cast<double>(count);
    by_chance += method.chance(count) * static_cast<double>(count);
  }
  std::vector<PretextScore> found;
  for (size_t i = 0; i < right.size(); ++i) found.push_back({names[i], right[i] / seen, by_chance / seen});
  return found;
}

std::string settings_of(const PretrainOptions& options) {
  std::string text =
      fmt::format("{} positive={} axis_swap={} rotation={} windows={} subjects={}", options.method,
                  options.positive_ratio, options.axis_swap ? *options.axis_swap ? "yes" : "no" : "default",
                  options.rotation ? *options.rotation ? "yes" : "no" : "default", options.sampling.windows_per_subject,
                  options.sampling.subjects_per_batch);
  for (const TaskOptions& task : in_order(options.tasks))
    text += fmt::format(" + {} segments={} longer_than={} knots={} deviation={} least={} most={}", task.kind,
                        task.segments, task.longer_than, task.knots, task.deviation, task.least, task.most);
  return text;
}

/// What a training leaves of its optimiser for the network's own parameters; heads that it lacks take theirs along.
OptimizerState state_of(const OptimizerState& state, const Graph& graph) {
  OptimizerState own;
  for (const ConstNamedParam& entry : named_params(graph))
    if (const auto found = state.find(entry.name); found != state.end()) own.insert(*found);
  return own;
}

}  // namespace

PretrainReport pretrain(Graph& graph, const PretrainRows& rows, const PretrainOptions& options,
                        const FitOptions& fitting) {
  check_pretraining(graph, options, fitting);
  const auto method = make_pretext_method(options);
  PretrainReport report;
  report.network = method->network(graph, options.features);
  const PretextBatches windows(rows.train, options, method->views(), rows.subjects, rows.weights);
  FitOptions settings = fitting;
  settings.objective = method->loss();
  settings.watch.value = nullptr;
  settings.watch.name = "loss";
  settings.watch.larger_is_better = false;
  settings.data_id += " pretraining: " + settings_of(options) + (rows.weights.empty() ? "" : " by movement");
  std::unique_ptr<PretextBatches> watched;
  if (rows.validation != nullptr)
    watched = std::make_unique<PretextBatches>(PretextBatches::held_out(*rows.validation, options, method->views()));
  report.fit = fit(report.network, windows, settings, watched.get());
  report.fit.state = state_of(report.fit.state, graph);
  if (rows.validation != nullptr) report.validation = scores(report.network, *method, options, *rows.validation);
  if (rows.unseen != nullptr) report.unseen = scores(report.network, *method, options, *rows.unseen);
  return report;
}

std::string sentence(const std::vector<PretextScore>& scores) {
  std::vector<std::string> parts;
  for (const PretextScore& score : scores) parts.push_back(fmt::format("{} {:.3f}", score.measure, score.accuracy));
  return scores.empty() ? std::string() : fmt::format("{} (chance {:.3f})", join(parts), scores[0].chance);
}

void check_pretraining(const Graph& graph, const PretrainOptions& options, const FitOptions& fitting) {
  make_pretext_method(options);
  const PretextMethodEntry& entry = pretext_methods().at(options.method);
  if (fitting.accumulate > 1 && entry.whole_batches)
    fail_as(ExitCode::usage,
            "pretraining: 'accumulate' has no place in the method '{}', which compares the rows of a whole batch "
            "(expected 1); set a smaller batch",
            options.method);
  if (fitting.batch == 1 && entry.whole_batches)
    fail_as(ExitCode::usage,
            "pretraining: a batch of 1 has nothing to be told from in the method '{}' (expected at least 2)",
            options.method);
  if (!options.features.empty()) graph.index(options.features);
  const std::vector<int> inputs = graph.inputs();
  check(inputs.size() == 1, "pretraining: the network takes {} inputs (expected one, windows [N, C, T])",
        inputs.size());
  const Shape window = shapes(graph)[static_cast<size_t>(inputs[0])];
  check(window.rank() == 3, "pretraining: the network takes {} (expected windows [N, C, T])", window);
  for (const TaskOptions& task : options.tasks) make_pretext_task(task, {window[1], window[2]});
  if (options.features.empty()) feature_node(graph);
}

}  // namespace lathe
