/// CP-ResNet: a residual network on spectrograms or pictures whose receptive field is a setting, `rho`.
/// Source: Koutini et al. 2021, receptive field regularization for audio (arXiv:2105.12395), as in
/// github.com/cwilldoner/practicalwork, whose settings and names of weights these are. Fixup counts the blocks
/// of this network, where those count all that the process has built.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cmath>

#include "lathe/models/model_registry.h"
#include "lathe/ops/layers.h"

namespace lathe {

namespace {

struct Blocks {
  std::string stage;
  int64_t count, in, out, groups;
  const int64_t (*wide_from)[2];  ///< a block's row: the rho from which its first, its second conv is 3x3 and not 1x1
};

constexpr int64_t kAlways = INT64_MIN, kNever = INT64_MAX;
constexpr int64_t kWideFrom[3][2][2] = {{{kAlways, kNever}, {2, 3}}, {{4, 5}, {6, 7}}, {{8, 9}, {10, 11}}};

std::vector<int64_t> block_counts(const Settings& settings) {
  std::vector<int64_t> counts = settings.integers("n_blocks", {{2, 2, 2}});
  const auto fits = [&](size_t stage, int64_t least) { return counts[stage] >= least && counts[stage] <= 2; };
  if (counts.size() != 3 || !fits(0, 1) || !fits(1, 1) || !fits(2, 0))
    throw settings_error(
        settings.origin("n_blocks"),
        fmt::format("'n_blocks' is [{}] (expected three counts: 1 or 2 blocks in stages 1 and 2, up to 2 in stage 3)",
                    fmt::join(counts, ", ")));
  return counts;
}

/// `full` less what the setting `key` cuts.
int64_t cut(const Settings& settings, const std::string& key, int64_t full) {
  const int64_t width = full - settings.count(key, 0, 0);
  if (width < 1)
    throw settings_error(
        settings.origin(key),
        fmt::format("'{}' is {} (expected less than the {} channels of its stage)", key, full - width, full));
  return width;
}

int64_t groups_of(const Settings& settings, const std::string& key, const Blocks& stage) {
  const int64_t groups = settings.count(key, 1, 1);
  if (stage.count > 0 && (stage.in % groups != 0 || stage.out % groups != 0))
    throw settings_error(settings.origin(key),
                         fmt::format("'{}' is {} (expected a divisor of the {} channels into and the {} out of {})",
                                     key, groups, stage.in, stage.out, stage.stage));
  return groups;
}

std::vector<Blocks> stages(const Settings& settings) {
  const std::vector<int64_t> counts = block_counts(settings);
  const int64_t base = settings.count("base_channels", 32, 1), factor = settings.count("channels_multiplier", 2, 1);
  const int64_t second = cut(settings, "cut_channels_s2", base * factor);
  const int64_t third = cut(settings, "cut_channels_s3", base * factor * factor);
  std::vector<Blocks> stages = {{"stage1", counts[0], base, base, 1, kWideFrom[0]},
                                {"stage2", counts[1], base, second, 1, kWideFrom[1]},
                                {"stage3", counts[2], second, third, 1, kWideFrom[2]}};
  for (size_t i = 0; i < stages.size(); ++i)
    stages[i].groups = groups_of(settings, fmt::format("s{}_group", i + 1), stages[i]);
  return stages;
}

Value block(const Value& x, const std::string& name, int64_t out, int64_t groups, int64_t first, int64_t second) {
  const auto layer = [&](const Value& from, const std::string& conv_name, const std::string& norm_name,
                         int64_t kernel) {
    const Value sums =
        conv(from, name + conv_name,
             {.out = out, .kernel = kernel, .padding = {kernel / 3, kernel / 3}, .groups = groups, .bias = false});
    return batch_norm(sums, name + norm_name);
  };
  const Value inner = relu(layer(x, ".conv1", ".bn1", first), name + ".relu1");
  const Value branch = layer(inner, ".conv2", ".bn2", second);
  const Value beside = x.shape()[1] == out ? x : layer(x, ".shortcut.conv", ".shortcut.bn", 1);
  return relu(add({branch, beside}, name + ".skip_add"), name + ".relu2");
}

/// Stage 1 halves both axes before its first block, and the first axis once more behind every block.
Value stage(Value x, const Blocks& blocks, int64_t rho) {
  const bool pools = blocks.stage == "stage1";
  if (pools) x = max_pool(x, blocks.stage + ".maxpool0_0", {});
  for (int64_t i = 0; i < blocks.count; ++i) {
    const int64_t* wide_from = blocks.wide_from[i];
    x = block(x, fmt::format("{}.block{}", blocks.stage, i + 1), blocks.out, blocks.groups, rho >= wide_from[0] ? 3 : 1,
              rho >= wide_from[1] ? 3 : 1);
    if (pools) x = max_pool(x, fmt::format("stage1.maxpool{}_{}", i + 1, i + 1), {.kernel = {2, 1}, .stride = {2, 1}});
  }
  return x;
}

/// What Fixup draws a conv from: `values` as [out, in, k, k].
double fixup_deviation(const Tensor& values) {
  return std::sqrt(2.0 / static_cast<double>(values.numel() / values.size(1)));
}

/// Drawn on the CPU, so that a seed says the same on every device.
void draw_normal(const Tensor& values, double deviation) {
  values.copy_(at::empty(values.sizes(), at::kFloat).normal_(0, deviation));
}

}  // namespace

/// Draws from LibTorch's generator in the original's order: every conv once (He), then the blocks' again (Fixup).
void initialise_cp_resnet(const Graph& graph) {
  int64_t blocks = 0;
  for (const Node& node : graph.nodes) {
    if (node.op->kind() != "conv") continue;
    const Tensor values = node.params["weight"].detach();
    draw_normal(values, std::sqrt(2.0) / std::sqrt(static_cast<double>(values.numel() / values.size(0))));
    if (node.name.ends_with(".conv1")) ++blocks;
  }
  for (const Node& node : graph.nodes)
    if (node.name == "feed_forward.0") node.params["weight"].detach().zero_();
  const double damped = std::pow(static_cast<double>(blocks), -0.5);
  for (const Node& node : graph.nodes) {
    if (node.op->kind() != "conv") continue;
    const Tensor values = node.params["weight"].detach();
    if (node.name.ends_with(".conv1")) draw_normal(values, damped * fixup_deviation(values));
    if (node.name.ends_with(".conv2")) values.zero_();
    if (node.name.ends_with(".shortcut.conv")) draw_normal(values, fixup_deviation(values));
  }
}

/// [N, in_channels, height, width] -> [N, n_classes] logits, exactly zero at first.
Graph build_cp_resnet(const Settings& settings) {
  const std::vector<Blocks> plan = stages(settings);
  const int64_t rho = settings.count("rho", 4, 1);
  const int64_t poolings = plan[0].count + 1;
  const int64_t height = settings.count("height", 256, (int64_t{2} << poolings) + 1);  // one row behind the poolings
  Builder builder;
  Value x = builder.input("input", {settings.count("in_channels", 1, 1), height, settings.count("width", 44, 5)});
  x = conv(x, "in_c.0", {.out = plan[0].in, .kernel = 5, .stride = 2, .padding = {1, 1}, .bias = false});
  x = hard_swish(batch_norm(x, "in_c.1"), "in_c.2");
  for (const Blocks& blocks : plan) x = stage(x, blocks, rho);
  x = conv(x, "feed_forward.0", {.out = settings.count("n_classes", 10, 2), .kernel = 1, .bias = false});
  x = global_average_pool(batch_norm(x, "feed_forward.1"), "feed_forward.2");
  return builder.finish({x});
}

}  // namespace lathe
