/// Builds the ops that models are made of, with fresh weights where they have some. Initial values draw from LibTorch's
/// generator in PyTorch's order, so the same seed gives the same weights as torch.nn.
#pragma once

#include <cstdint>
#include <optional>
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
Value elu(Value x, std::string name, double alpha = 1);
struct PreluOptions {
  bool per_channel = false;  ///< one slope for all otherwise
  double slope = 0.25;       ///< at first
};
/// Leaky ReLU with a trained slope, as torch.nn.PReLU.
Value prelu(Value x, std::string name, const PreluOptions& options = {});
Value gelu(Value x, std::string name, std::string approximate = "none");  ///< or "tanh"
Value silu(Value x, std::string name);
Value hard_swish(Value x, std::string name);
/// min(max(alpha · x + beta, 0), 1)
Value hard_sigmoid(Value x, std::string name, double alpha = 1.0 / 6, double beta = 0.5);
struct ClipOptions {
  std::optional<double> min = {}, max = {};  ///< an end that is not given is open
};
/// ReLU6 is clip(x, name, {.min = 0, .max = 6}).
Value clip(Value x, std::string name, const ClipOptions& limits);
Value sigmoid(Value x, std::string name);
Value tanh(Value x, std::string name);
Value softplus(Value x, std::string name);
Value abs(Value x, std::string name);
Value erf(Value x, std::string name);
Value exp(Value x, std::string name);
Value log(Value x, std::string name);
Value neg(Value x, std::string name);
Value reciprocal(Value x, std::string name);
Value sqrt(Value x, std::string name);
/// [N, C, ...] -> [N, 1, ...]: one trained weight a channel, all zero at first.
Value weighted_sum(Value x, std::string name);
/// Over the channels unless said otherwise; -1 is the last axis.
Value softmax(Value x, std::string name, int64_t axis = 1);
Value log_softmax(Value x, std::string name, int64_t axis = 1);
/// Joins [N, C_j, ...] along the channels unless said otherwise; -1 is the last axis.
Value concat(const std::vector<Value>& x, std::string name, int64_t axis = 1);

/// What arithmetic works on: a value, or a constant, which is a parameter of the node: a number or a tensor that never
/// trains, or what a Param says. Broadcasts as in NumPy, but never along the batch. At most one operand is a constant.
struct Operand {
  Value value = {};
  Param constant = {};
  Operand(Value operand);  // NOLINT: written as they are, mul(x, 0.5, "half")
  Operand(double number);  // NOLINT
  Operand(Tensor fixed);   // NOLINT
  Operand(Param param);    // NOLINT
};
Value add(const std::vector<Value>& x, std::string name);
Value add(Operand a, Operand b, std::string name);
Value mul(const std::vector<Value>& x, std::string name);
Value mul(Operand a, Operand b, std::string name);
Value maximum(const std::vector<Value>& x, std::string name);
Value maximum(Operand a, Operand b, std::string name);
Value minimum(const std::vector<Value>& x, std::string name);
Value minimum(Operand a, Operand b, std::string name);
Value sub(Operand a, Operand b, std::string name);
Value div(Operand a, Operand b, std::string name);
Value pow(Operand a, Operand b, std::string name);

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
