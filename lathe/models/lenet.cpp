/// LeNet-5 with ReLU and max pooling, as today's tutorials have it: two convs, three linear layers, no padding.
/// Source: LeCun et al. 1998, gradient-based learning applied to document recognition, Proc. IEEE 86(11).
#include "lathe/models/model_registry.h"
#include "lathe/ops/layers.h"

namespace lathe {

/// [N, in_channels, height, width] -> [N, n_classes] logits.
Graph build_lenet(const Settings& settings) {
  constexpr int64_t kLeast = 16;  // one value is left of it in front of the linear layers
  Builder builder;
  Value x = builder.input("input", {settings.count("in_channels", 1, 1), settings.count("height", 28, kLeast),
                                    settings.count("width", 28, kLeast)});
  x = max_pool(relu(conv(x, "conv1", {.out = 6, .kernel = 5}), "relu1"), "pool1", {});
  x = max_pool(relu(conv(x, "conv2", {.out = 16, .kernel = 5}), "relu2"), "pool2", {});
  x = relu(linear(flatten(x, "flatten"), "fc1", {.out = 120}), "relu3");
  x = relu(linear(x, "fc2", {.out = 84}), "relu4");
  return builder.finish({linear(x, "fc3", {.out = settings.count("n_classes", 10, 2)})});
}

}  // namespace lathe
