/// Builds the ops that models are made of, with fresh weights where they have some. Initial values draw from LibTorch's
/// generator in PyTorch's order, so the same seed gives the same weights as torch.nn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lathe/graph/builder.h"

namespace lathe {

/// One size for every spatial axis, or one an axis: `5` or `{5, 3}`.
struct Sizes {
  std::vector<int64_t> values;
  Sizes(int64_t all) : values{all} {}  // NOLINT: written as a plain number in designated initialisers
  Sizes(std::initializer_list<int64_t> each) : values(each) {}
  /// One value an axis. @throws Error when neither 1 nor `axes` are given.
  std::vector<int64_t> spread(size_t axes, std::string_view what) const;
};

struct ConvOptions {
  int64_t out = 0;                     ///< output channels
  Sizes kernel = 1;                    ///< also decides 1-D or 2-D together with the input
  Sizes stride = 1;
  Sizes dilation = 1;
  std::vector<int64_t> padding = {};   ///< one an axis (both sides), or begins then ends; empty: none
  bool same = false;                   ///< output as long as the input (stride 1); even kernels pad one more behind
  std::string padding_mode = "zeros";  ///< "zeros" | "circular"
  int64_t groups = 1;
  bool bias = true;
};
/// [N, C, T] -> [N, out, T'] or [N, C, H, W] -> [N, out, H', W']. Weights as torch.nn.Conv1d / Conv2d.
Value conv(Value x, std::string name, const ConvOptions& options);

struct LinearOptions {
  int64_t out = 0;
  bool bias = true;
};
/// [N, F] -> [N, out]. Weights as torch.nn.Linear.
Value linear(Value x, std::string name, const LinearOptions& options);

struct BatchNormOptions {
  double epsilon = 1e-5;
  double momentum = 0.1;
  bool affine = true;
};
/// [N, C, ...] -> the same.
Value batch_norm(Value x, std::string name, const BatchNormOptions& options = {});

Value relu(Value x, std::string name);
Value leaky_relu(Value x, std::string name, double slope = 0.01);
Value sigmoid(Value x, std::string name);
/// [N, C, ...] -> [N, 1, ...]: one trained weight a channel, all zero at first.
Value weighted_sum(Value x, std::string name);
/// Over the channels (axis 1).
Value softmax(Value x, std::string name);
Value add(const std::vector<Value>& x, std::string name);
/// Joins [N, C_j, ...] along the channels.
Value concat(const std::vector<Value>& x, std::string name);
/// [N, C, ...] -> [N, C]: the mean over time, or over the picture.
Value global_average_pool(Value x, std::string name);
/// [N, C, ...] -> [N, C · …], a channel's samples side by side.
Value flatten(Value x, std::string name);
Value dropout(Value x, std::string name, double probability);

struct PoolOptions {
  Sizes kernel = 2;
  Sizes stride = 2;
  std::vector<int64_t> padding = {};  ///< as in ConvOptions; max pooling pads with -infinity
};
Value max_pool(Value x, std::string name, const PoolOptions& options);
/// Padded zeros count in the mean, as in torch.nn.AvgPool with its defaults.
Value average_pool(Value x, std::string name, const PoolOptions& options);

/// [N, C, T] -> [N, C · (T/2 + 1)]: power per frequency, scipy.signal.periodogram's defaults.
Value periodogram(Value x, std::string name, double rate_hz);

}  // namespace lathe
