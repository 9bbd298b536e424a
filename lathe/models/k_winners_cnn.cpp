/// Two convs and two linear layers in which only the largest values of a sample go on: spoken commands.
/// Source: Ahmad and Scheinkman 2019 (arXiv:1903.11257), the network for Google's speech commands.
#include "lathe/models/model_registry.h"
#include "lathe/ops/layers.h"

namespace lathe {
namespace {

/// The winners, or a ReLU where they are not wanted.
Value activation(Value x, std::string name, double active_ratio, const Settings& settings) {
  const std::string kind = settings.word("activation", "k_winners");
  if (kind == "relu") return relu(x, std::move(name));
  if (kind != "k_winners")
    throw settings_error(settings.origin("activation"), unknown_name("activation", kind, {"k_winners", "relu"}));
  return k_winners(x, std::move(name),
                   {.active_ratio = active_ratio, .inference_factor = 1.5, .boost_strength = 1.5, .boost_factor = 0.9});
}

}  // namespace

/// [N, in_channels, height, width] -> [N, n_classes] logits.
Graph build_k_winners_cnn(const Settings& settings) {
  constexpr int64_t kLeast = 16;  // one value is left of it behind two convs and two poolings
  Builder builder;
  Value x = builder.input("input", {settings.count("in_channels", 1, 1), settings.count("height", 32, kLeast),
                                    settings.count("width", 32, kLeast)});
  const int64_t channels = settings.count("channels", 64, 1);
  const std::vector<double> ratios = {settings.real("first_ratio", 0.095), settings.real("second_ratio", 0.125)};
  for (size_t i = 0; i < ratios.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    x = batch_norm(conv(x, "conv" + number, {.out = channels, .kernel = 5}), "norm" + number, {.affine = false});
    x = activation(max_pool(x, "pool" + number, {}), "winners" + number, ratios[i], settings);
  }
  x = linear(flatten(x, "flatten"), "fc1", {.out = settings.count("hidden", 1000, 1)});
  x = activation(batch_norm(x, "norm3", {.affine = false}), "winners3", settings.real("hidden_ratio", 0.1), settings);
  return builder.finish({linear(x, "fc2", {.out = settings.count("n_classes", 12, 2)})});
}

}  // namespace lathe
