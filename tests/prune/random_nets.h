/// Random networks of everything that carries channels about: residual, dense, grouped and depthwise blocks, slices
/// that are joined again, gates, flattened and reshaped channels, norms of every kind, pools. The seed is the network.
#pragma once

#include <ATen/ops/rand.h>

#include "lathe/base/rng.h"
#include "lathe/ops/layers.h"

namespace lathe::test {

class RandomNet {
 public:
  explicit RandomNet(uint64_t seed) : rng_(seed), pictures_(rng_.chance(0.5)) {}

  Graph make() {
    Value x = conv(input(), name("stem"), {.out = width(), .kernel = 3, .same = true});
    if (rng_.chance(0.2)) x = concat({x, conv(input(), name("stem"), {.out = width()})}, name("inputs"));
    std::vector<Value> outputs;
    for (int64_t blocks = 2 + rng_.below(4); blocks > 0; --blocks) {
      x = block(x);
      if (rng_.chance(0.05)) outputs.push_back(layer(x, width()));
    }
    outputs.push_back(head(x));
    return builder_.finish(outputs);
  }

 private:
  Builder builder_;
  Rng rng_;
  bool pictures_;
  int made_ = 0;

  std::string name(const std::string& stem) { return fmt::format("{}{}", stem, ++made_); }
  int64_t width() { return 2 + rng_.below(5); }
  static int64_t channels(const Value& x) { return x.shape()[1]; }
  static int64_t last(const Value& x) { return x.shape().sizes().back(); }
  Value input() { return builder_.input(name("input"), pictures_ ? Shape{2, 8, 6} : Shape{2, 24}); }

  Value activation(const Value& x) {
    switch (rng_.below(8)) {
      case 0:
        return prelu(x, name("prelu"), {.per_channel = channels(x) > 1});
      case 1:
        return hard_swish(x, name("hard_swish"));
      case 2:
        return gelu(x, name("gelu"));
      case 3:
        return silu(x, name("silu"));
      case 4:
        return elu(x, name("elu"));
      case 5:
        return clip(x, name("clip"), {.min = 0, .max = 6});
      case 6:
        return leaky_relu(x, name("leaky_relu"));
      default:
        return relu(x, name("relu"));
    }
  }

  Value norm(const Value& x) {
    switch (rng_.below(6)) {
      case 0:
        return last(x) > 1 ? instance_norm(x, name("instance_norm"), {.affine = rng_.chance(0.5)}) : x;
      case 1:
        return group_norm(x, name("group_norm"), {.groups = channels(x) % 2 == 0 ? 2 : 1});
      case 2:
        return layer_norm(x, name("layer_norm"));
      case 3:
        return x;
      default:
        return batch_norm(x, name("batch_norm"), {.affine = rng_.chance(0.8)});
    }
  }

  Value layer(const Value& x, int64_t out) {
    ConvOptions options{.out = out, .kernel = 1 + 2 * rng_.below(2), .same = true, .bias = rng_.chance(0.5)};
    if (options.kernel.values[0] == 3 && rng_.chance(0.3)) {
      options.same = false;
      options.padding.assign(pictures_ ? 2 : 1, 1);
      options.padding_mode = "circular";
    }
    return activation(norm(conv(x, name("conv"), options)));
  }

  Value residual(const Value& x) {
    const int64_t out = rng_.chance(0.5) ? channels(x) : width();
    const Value branch = layer(layer(x, width()), out);
    return add({branch, out == channels(x) ? x : conv(x, name("shortcut"), {.out = out, .bias = false})}, name("sum"));
  }
  Value dense(const Value& x) { return concat({x, layer(x, width())}, name("dense")); }
  Value grouped(const Value& x) {
    const int64_t groups = channels(x) % 3 == 0 ? 3 : channels(x) % 2 == 0 ? 2 : 1;
    return activation(
        conv(x, name("grouped"), {.out = groups * (1 + rng_.below(3)), .kernel = 3, .same = true, .groups = groups}));
  }
  Value depthwise(const Value& x) {
    const int64_t times = 1 + rng_.below(2);
    return norm(
        conv(x, name("depthwise"), {.out = times * channels(x), .kernel = 3, .same = true, .groups = channels(x)}));
  }
  /// As channel splits and shuffles: each part its own way, joined in either order.
  Value slices(const Value& x) {
    if (channels(x) < 2) return x;
    const int64_t at = 1 + rng_.below(channels(x) - 1), from_end = at - channels(x);
    const Value left = slice(x, name("left"), {.to = rng_.chance(0.7) ? at : from_end});
    const Value right = slice(x, name("right"), {.from = rng_.chance(0.7) ? at : from_end});
    const Value changed = layer(right, width());
    return rng_.chance(0.5) ? concat({left, changed}, name("joined")) : concat({changed, left}, name("joined"));
  }
  /// A gated linear unit: one half decides how much of the other passes.
  Value gated(const Value& x) {
    const int64_t half = width();
    const Value both = conv(x, name("both"), {.out = 2 * half});
    const Value gate = sigmoid(slice(both, name("gate"), {.from = half}), name("sigmoid"));
    return mul({slice(both, name("passes"), {.to = half}), gate}, name("gated"));
  }
  /// Squeeze and excite.
  Value excited(const Value& x) {
    const Value mean = reduce(x, name("mean"),
                              {.axes = pictures_ ? std::vector<int64_t>{2, 3} : std::vector<int64_t>{2}, .keep = true});
    const Value inner = relu(conv(mean, name("squeeze"), {.out = width()}), name("relu"));
    return mul({x, hard_sigmoid(conv(inner, name("excite"), {.out = channels(x)}), name("gate"))}, name("excited"));
  }
  Value pooled(const Value& x) {
    const Sizes two = pictures_ ? Sizes{1, 2} : Sizes{2};
    if (last(x) < 4) return x;
    switch (rng_.below(4)) {
      case 0:
        return average_pool(x, name("average_pool"), {.kernel = two, .stride = two});
      case 1:
        return adaptive_average_pool(x, name("adaptive"), 2);
      case 2:
        return conv(x, name("strided"), {.out = width(), .kernel = 3, .stride = two});
      default:
        return max_pool(x, name("max_pool"), {.kernel = two, .stride = two});
    }
  }
  Value resampled(const Value& x) {
    if (rng_.chance(0.5))
      return upsample(x, name("upsample"), {.factor = {2}, .mode = rng_.chance(0.5) ? "nearest" : "linear"});
    const int64_t groups = rng_.chance(0.3) ? channels(x) : 1;
    return conv_transpose(x, name("transposed"), {.out = groups * width(), .kernel = 2, .stride = 2, .groups = groups});
  }
  Value arithmetic(const Value& x) {
    const std::vector<int64_t> one_a_channel =
        pictures_ ? std::vector<int64_t>{channels(x), 1, 1} : std::vector<int64_t>{channels(x), 1};
    switch (rng_.below(5)) {
      case 0:
        return mul(x, at::rand(one_a_channel), name("scaled"));
      case 1:
        return sub(0.5, x, name("negated"));
      case 2:
        return maximum({x, layer(x, channels(x))}, name("maximum"));
      case 3:
        return add({x, layer(x, 1)}, name("one_for_all"));
      default:
        return sub(x, layer(x, channels(x)), name("difference"));
    }
  }
  /// Channels into more of them, into fewer, or through other axes and back.
  Value reshaped(const Value& x) {
    if (pictures_) {
      const int64_t height = x.shape()[2], wide = x.shape()[3];
      const Value turned = transpose(reshape(x, name("rows"), {0, -1}), name("turned"), {0, 2, 1});
      if (rng_.chance(0.5)) return transpose(x, name("turned"), {0, 1, 3, 2});
      const Value mixed = transpose(linear(turned, name("mix"), {.out = channels(x)}), name("back"), {0, 2, 1});
      return reshape(mixed, name("picture"), {0, height, wide});
    }
    const int64_t samples = last(x);
    if (rng_.chance(0.5) && samples % 2 == 0) return reshape(x, name("split"), {-1, samples / 2});
    if (channels(x) % 2 == 0) return reshape(x, name("merged"), {-1, samples * 2});
    return fir(x, name("fir"), {.taps = {0.25, 0.5, 0.25}, .padding = {1}});
  }
  /// Every place looks at every other.
  Value attention(const Value& x) {
    if (pictures_) return x;
    const int64_t inner = width();
    const Value query = transpose(conv(x, name("query"), {.out = inner}), name("turned"), {0, 2, 1});
    const Value weights =
        softmax(matmul(query, conv(x, name("key"), {.out = inner}), name("alike")), name("softmax"), 1);
    return add({x, matmul(conv(x, name("value"), {.out = channels(x)}), weights, name("seen"))}, name("sum"));
  }
  Value padded(const Value& x) {
    PadOptions options{.padding = std::vector<int64_t>(pictures_ ? 2 : 1, 1),
                       .mode = rng_.chance(0.5) ? "edge" : "constant"};
    return layer(pad(x, name("pad"), options), width());
  }
  Value plain(const Value& x) { return layer(x, width()); }

  Value block(const Value& x) {
    using Block = Value (RandomNet::*)(const Value&);
    static constexpr Block blocks[] = {&RandomNet::plain,     &RandomNet::residual,  &RandomNet::residual,
                                       &RandomNet::dense,     &RandomNet::dense,     &RandomNet::grouped,
                                       &RandomNet::depthwise, &RandomNet::depthwise, &RandomNet::slices,
                                       &RandomNet::slices,    &RandomNet::gated,     &RandomNet::excited,
                                       &RandomNet::pooled,    &RandomNet::resampled, &RandomNet::arithmetic,
                                       &RandomNet::reshaped,  &RandomNet::attention, &RandomNet::padded};
    return (this->*blocks[rng_.below(std::ssize(blocks))])(x);
  }

  Value head(const Value& x) {
    if (rng_.chance(0.2)) return conv(x, name("dense_head"), {.out = 2});
    Value features = rng_.chance(0.5) ? flatten(x, name("flatten")) : global_average_pool(x, name("mean"));
    if (rng_.chance(0.2)) features = layer_norm(features, name("layer_norm"));
    if (rng_.chance(0.5)) features = relu(linear(features, name("hidden"), {.out = 4 + rng_.below(5)}), name("relu"));
    return linear(features, name("head"), {.out = 3});
  }
};

}  // namespace lathe::test
