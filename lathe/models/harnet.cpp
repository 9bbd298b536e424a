/// harnet: a residual network on accelerometer windows, circular throughout, that learns movement from pretext tasks.
/// Source: Yuan et al. 2024, self-supervised learning of accelerometer data (arXiv:2206.02909), as in
/// github.com/OxWearables/ssl-wearables, whose layers, names of weights and first values these are.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cmath>

#include "lathe/models/model_registry.h"
#include "lathe/ops/layers.h"

namespace lathe {

namespace {

constexpr int64_t kRate = 30, kAxes = 3, kKernel = 5;

struct Layer {
  int64_t out, blocks;
  int64_t factor, order;  ///< of the downsampling: a box of `factor` samples, `order` times more convolved with itself
};

std::vector<Layer> layers_of(const Settings& settings) {
  const int64_t seconds = settings.count("seconds", 10, 1), version = settings.count("version", 1, 1);
  if (seconds != 5 && seconds != 10 && seconds != 30)
    throw settings_error(settings.origin("seconds"), fmt::format("'seconds' is {} (expected 5, 10 or 30)", seconds));
  if (version > 2)
    throw settings_error(settings.origin("version"), fmt::format("'version' is {} (expected 1 or 2)", version));
  if (version == 2) {
    if (seconds != 30)
      throw settings_error(settings.origin("version"), "'version' 2 takes windows of 30 s; set seconds = 30");
    return {{64, 2, 3, 1}, {64, 2, 3, 1}, {128, 2, 5, 1}, {128, 2, 5, 1}, {256, 2, 4, 0}};
  }
  if (seconds == 5) return {{64, 2, 2, 2}, {128, 2, 2, 2}, {256, 2, 3, 1}, {256, 2, 3, 1}, {512, 0, 3, 1}};
  if (seconds == 10) return {{64, 2, 2, 2}, {128, 2, 2, 2}, {256, 2, 5, 1}, {512, 2, 5, 1}, {1024, 0, 3, 1}};
  return {{64, 2, 3, 1}, {128, 2, 3, 1}, {256, 2, 5, 1}, {512, 2, 5, 1}, {1024, 0, 4, 0}};
}

Value circular(const Value& x, const std::string& name, int64_t out) {
  return conv(x, name,
              {.out = out, .kernel = kKernel, .padding = {kKernel / 2}, .padding_mode = "circular", .bias = false});
}

Value block(const Value& x, const std::string& name) {
  const int64_t width = x.shape()[1];
  Value inner = relu(batch_norm(x, name + ".bn1"), name + ".relu1");
  inner = circular(inner, name + ".conv1", width);
  inner = relu(batch_norm(inner, name + ".bn2"), name + ".relu2");
  return add({x, circular(inner, name + ".conv2", width)}, name + ".add");
}

std::vector<double> smoothing_taps(int64_t factor, int64_t order) {
  std::vector<double> taps(static_cast<size_t>(factor), 1.0 / static_cast<double>(factor));
  for (const std::vector<double> box = taps; order > 0; --order) {
    std::vector<double> wider(taps.size() + box.size() - 1);
    for (size_t i = 0; i < taps.size(); ++i)
      for (size_t j = 0; j < box.size(); ++j) wider[i + j] += taps[i] * box[j];
    taps = wider;
  }
  return taps;
}

/// Convolution, blocks, norm, ReLU and downsampling stand at 0, 1, … as in a PyTorch Sequential.
Value layer(Value x, const std::string& name, const Layer& plan) {
  int64_t place = 0;
  const auto next = [&] { return fmt::format("{}.{}", name, place++); };
  x = circular(x, next(), plan.out);
  for (int64_t i = 0; i < plan.blocks; ++i) x = block(x, next());
  x = batch_norm(x, next());
  x = relu(x, next());
  return fir(x, next(),
             {.taps = smoothing_taps(plan.factor, plan.order),
              .stride = plan.factor,
              .padding = {plan.order * (plan.factor - 1) / 2}});
}

/// [N, 3, T] -> [N, F].
Value features(Builder& builder, const Settings& settings) {
  const std::vector<Layer> plan = layers_of(settings);
  Value x = builder.input("input", {kAxes, settings.count("seconds", 10, 1) * kRate});
  for (size_t i = 0; i < plan.size(); ++i) x = layer(x, fmt::format("feature_extractor.layer{}", i + 1), plan[i]);
  return flatten(x, "features");
}

}  // namespace

/// Draws every conv and linear weight once more from LibTorch's generator: He's normal by what goes out.
void initialise_harnet(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (node.op->kind() != "conv" && node.op->kind() != "linear") continue;
    const Tensor values = node.params["weight"].detach();
    const double fan_out = static_cast<double>(values.numel() / values.size(1));
    values.copy_(at::empty(values.sizes(), at::kFloat).normal_(0, std::sqrt(2.0) / std::sqrt(fan_out)));
  }
}

/// [N, 3, 30 · seconds] in g -> [N, n_classes] logits.
Graph build_harnet(const Settings& settings) {
  Builder builder;
  Value x = features(builder, settings);
  x = relu(linear(x, "classifier.linear1", {.out = 512}), "classifier.relu");
  return builder.finish({linear(x, "classifier.linear2", {.out = settings.count("n_classes", 4, 2)})});
}

/// [N, 3, 30 · seconds] in g -> four times [N, 2]: was the window reversed, scaled, permuted, warped?
Graph build_harnet_pretext(const Settings& settings) {
  Builder builder;
  const Value x = features(builder, settings);
  std::vector<Value> heads;
  for (const char* name : {"aot_h", "scale_h", "permute_h", "time_w_h"})
    heads.push_back(linear(x, std::string(name) + ".linear1", {.out = 2}));
  return builder.finish(heads);
}

}  // namespace lathe
