/// Trains learned kernels to find motion artifacts in simulated wrist pulse recordings, merges those that are alike,
/// and trains the smaller network a little longer. Expected, within seconds, on subjects that training never saw: DICE
/// 0.84 with 4,296 parameters, 0.78 right after the merge, 0.85 in the end with 3,222.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <lathe/lathe.h>

#include <iostream>

namespace {

lathe::Interval dice(const lathe::Graph& graph, const lathe::Dataset& data) {
  const lathe::Tensor probabilities = lathe::predict(graph, data.inputs).squeeze(1);
  const lathe::Scores scores = lathe::binary_scores(probabilities, data.targets, {.groups = data.groups});
  return lathe::evaluate(scores, {.metrics = {"dice"}}).at("dice");
}

void tell(const std::string& when, const lathe::Graph& graph, const lathe::Interval& dice) {
  std::cout << when << ": " << lathe::parameter_count(graph) << " parameters, DICE " << dice.value
            << " (95 %: " << dice.low << " to " << dice.high << ", over subjects)\n";
}

}  // namespace

int main() try {
  at::set_num_threads(1);  // so small a network gains nothing from a second one
  at::manual_seed(0);      // the same weights, and with one thread the same numbers, every time
  lathe::Dataset data = lathe::simulate_ppg({.seed = 1, .windows = 72});
  data.inputs = lathe::transforms().at("zscore").apply(data.inputs);
  const lathe::Split split = lathe::grouped_fold(data.groups, 0, 3, 0);  // a subject trains or tests, never both
  lathe::check_no_leak(split, data.groups);

  lathe::Settings settings("train_kernels.cpp");
  settings.set("kernels", int64_t{12}, "train_kernels.cpp");
  lathe::Graph graph = lathe::build_model("kernel_segmenter", settings);

  lathe::FitOptions options{.optimizer = {.kind = "adam", .learning_rate = 0.02}, .epochs = 60};
  options.schedule = {.kind = "linear", .end_factor = 0.2};
  options.on_step = [](const lathe::StepReport& step) {
    if (step.step % 10 == 0)
      std::cout << "epoch " << step.epoch << " of " << step.epochs << ", loss " << step.loss << '\n';
  };
  const lathe::TensorBatches train(data.select(split.train));
  lathe::fit(graph, train, options);

  const lathe::Dataset test = data.select(split.test);
  tell("trained", graph, dice(graph, test));
  lathe::merge_kernels(graph, {.ratio = {0.25}});
  tell("merged", graph, dice(graph, test));
  options.epochs = 20;
  lathe::fit(graph, train, options);
  tell("tuned", graph, dice(graph, test));
  lathe::save_model("kernels.safetensors",
                    {"kernel_segmenter", graph, {.normalize = "zscore", .task = "segmentation"}});
} catch (const lathe::Error& error) {
  std::cerr << error.what() << '\n';
  return static_cast<int>(error.code());
}
