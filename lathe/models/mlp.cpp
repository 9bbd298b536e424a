/// A perceptron with hidden layers: what dynamic sparsity is measured on (784-100-100-100-10 on MNIST).
#include "lathe/models/model_registry.h"
#include "lathe/ops/layers.h"

namespace lathe {

/// [N, in_channels, height, width] -> [N, n_classes] logits.
Graph build_mlp(const Settings& settings) {
  Builder builder;
  Value x = flatten(builder.input("input", {settings.count("in_channels", 1, 1), settings.count("height", 28, 1),
                                            settings.count("width", 28, 1)}),
                    "flatten");
  const std::vector<int64_t> hidden = settings.integers("hidden", {{100, 100, 100}});
  for (size_t i = 0; i < hidden.size(); ++i) {
    if (hidden[i] < 1)
      throw settings_error(settings.origin("hidden"),
                           fmt::format("'hidden' has a layer of {} units (expected at least 1)", hidden[i]));
    const std::string number = std::to_string(i + 1);
    x = relu(linear(x, "fc" + number, {.out = hidden[i]}), "relu" + number);
  }
  const std::string last = "fc" + std::to_string(hidden.size() + 1);
  return builder.finish({linear(x, last, {.out = settings.count("n_classes", 10, 2)})});
}

}  // namespace lathe
