/// Windows, a network and settings that the tests of pretraining share.
#pragma once

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "lathe/base/rng.h"
#include "lathe/ops/layers.h"
#include "lathe/pretrain/pretrain.h"
#include "tests/support/support.h"
#include "tests/support/weights.h"

namespace lathe::test {

/// Somebody walks: every step rises slowly and falls fast, on three axes, in [N, 3, samples].
inline at::Tensor walking(int64_t rows, int64_t samples, uint64_t seed) {
  Rng rng(seed);
  const at::Tensor windows = at::empty({rows, 3, samples}, at::kFloat);
  float* to = windows.mutable_data_ptr<float>();
  for (int64_t row = 0; row < rows; ++row) {
    const double cadence = rng.uniform(0.05, 0.07), start = rng.uniform();
    for (int64_t axis = 0; axis < 3; ++axis) {
      const double height = rng.uniform(0.6, 1.4), lag = rng.uniform(0, 0.2);
      for (int64_t i = 0; i < samples; ++i) {
        const double step = 2 * std::numbers::pi * (start + lag + cadence * static_cast<double>(i));
        *to++ = static_cast<float>(height * (std::sin(step) - std::sin(2 * step) / 2) + rng.normal(0, 0.03));
      }
    }
  }
  return windows;
}

inline TensorBatches batches(const at::Tensor& windows) {
  return TensorBatches(std::vector<at::Tensor>{windows}, {at::zeros({windows.size(0)}, at::kLong)});
}

/// "a", "a", …, "b", …: `each` windows a subject.
inline std::vector<std::string> subjects(int64_t rows, int64_t each) {
  std::vector<std::string> names;
  for (int64_t row = 0; row < rows; ++row) names.emplace_back(1, static_cast<char>('a' + row / each));
  return names;
}

/// Two convs, mean over time ("mean", [N, 24]), a classifier of one layer ("head").
inline Graph trunk_and_head(uint64_t seed, int64_t samples = 100) {
  at::manual_seed(seed);
  Builder net;
  Value x = conv(net.input("input", {3, samples}), "conv1", {.out = 16, .kernel = 9, .stride = 2, .padding = {4}});
  x = relu(batch_norm(x, "norm1"), "relu1");
  x = relu(conv(x, "conv2", {.out = 24, .kernel = 7, .stride = 2, .padding = {3}}), "relu2");
  return net.finish({linear(global_average_pool(x, "mean"), "head", {.out = 4})});
}

/// Mini-batches of 16, shuffled.
inline FitOptions fitting(int64_t epochs, const std::filesystem::path& folder = {}) {
  return {.optimizer = {.kind = "adam", .learning_rate = 0.01, .amsgrad = true},
          .epochs = epochs,
          .batch = 16,
          .seed = 3,
          .folder = folder};
}

}  // namespace lathe::test
