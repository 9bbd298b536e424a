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
/// [N, ..., F] -> [N, ..., out]. Weights as torch.nn.Linear.
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

struct KWinnersOptions {
  double active_ratio = 0.1;      ///< of a sample's values, that stay while training
  double inference_factor = 1.5;  ///< as many times more stay at inference
  double boost_strength = 1;      ///< how much channels that win rarely are helped; 0: not at all
  double boost_factor = 0.9;      ///< of the strength, that is left after `duty_samples`
  int64_t duty_samples = 1000;    ///< over which the share of wins is averaged
};
/// [N, C, ...] -> the same: the largest values of every sample, 0 elsewhere.
Value k_winners(Value x, std::string name, const KWinnersOptions& options);

struct PoolOptions {
  Sizes kernel = 2;
  Sizes stride = 2;
  std::vector<int64_t> padding = {};  ///< as in ConvOptions; max pooling pads with -infinity
  Sizes dilation = 1;                 ///< of max pooling alone
  bool ceil = false;                  ///< a last window that is only partly filled counts too
  bool count_include_pad = true;      ///< of average pooling: padded zeros count in the mean, as torch.nn.AvgPool has it
};
Value max_pool(Value x, std::string name, const PoolOptions& options);
Value average_pool(Value x, std::string name, const PoolOptions& options);

/// [N, C, T] -> [N, C · (T/2 + 1)]: power per frequency, scipy.signal.periodogram's defaults.
Value periodogram(Value x, std::string name, double rate_hz);

struct PadOptions {
  std::vector<int64_t> padding = {};  ///< as in ConvOptions
  std::string mode = "constant";      ///< "constant" | "reflect" | "edge" | "circular"
  double value = 0;                   ///< of "constant"
};
/// Pads the spatial axes.
Value pad(Value x, std::string name, const PadOptions& options);

struct FirOptions {
  std::vector<double> taps;
  int64_t stride = 1;
  std::vector<int64_t> padding = {};   ///< as in ConvOptions
  std::string padding_mode = "zeros";  ///< "zeros" | "circular"
};
/// [N, C, T] -> [N, C, T']: every channel through the same fixed filter, which does not train.
Value fir(Value x, std::string name, const FirOptions& options);

/// [N, C, ...] -> [N, C]: the maximum over time, or over the picture.
Value global_max_pool(Value x, std::string name);
/// [N, C, T] -> [N, C, bins], or [N, C, H, W] -> [N, C, bins, bins], as torch.nn.AdaptiveAvgPool.
Value adaptive_average_pool(Value x, std::string name, const Sizes& bins);

struct ReduceOptions {
  std::string how = "mean";        ///< "mean" | "sum" | "max"
  std::vector<int64_t> axes = {};  ///< all but 0, the batch; -1 is the last
  bool keep = false;               ///< the axes stay, with size 1
};
Value reduce(Value x, std::string name, const ReduceOptions& options);

/// Axis i of the output is axis order[i] of the input; order[0] is 0.
Value transpose(Value x, std::string name, std::vector<int64_t> order);
/// Sizes without the batch: 0 copies the input's at that place, -1 is what remains.
Value reshape(Value x, std::string name, std::vector<int64_t> sizes);
Value squeeze(Value x, std::string name, std::vector<int64_t> axes);
/// Axes of the output.
Value unsqueeze(Value x, std::string name, std::vector<int64_t> axes);

struct SliceOptions {
  static constexpr int64_t end = INT64_MAX;
  int64_t axis = 1;
  int64_t from = 0, to = end;  ///< `to` is the first one left out; below 0 they count from the end
  int64_t step = 1;
};
Value slice(Value x, std::string name, const SliceOptions& options);

/// [N, ..., A, B] · [N, ..., B, D].
Value matmul(Value a, Value b, std::string name);

struct LayerNormOptions {
  int64_t last_axes = 1;  ///< how many, counted from the last
  double epsilon = 1e-5;
  bool affine = true;
};
/// Over the last axes together.
Value layer_norm(Value x, std::string name, const LayerNormOptions& options = {});

struct GroupNormOptions {
  int64_t groups = 1;
  double epsilon = 1e-5;
  bool affine = true;
};
/// Over the channels of a group and over space.
Value group_norm(Value x, std::string name, const GroupNormOptions& options);

struct InstanceNormOptions {
  double epsilon = 1e-5;
  bool affine = false;
};
/// Over space, each channel alone.
Value instance_norm(Value x, std::string name, const InstanceNormOptions& options = {});

struct ConvTransposeOptions {
  int64_t out = 0;
  Sizes kernel = 1;
  Sizes stride = 1;
  Sizes dilation = 1;
  std::vector<int64_t> padding = {};  ///< what is cut off the output; as in ConvOptions
  Sizes output_padding = 0;           ///< added behind
  int64_t groups = 1;
  bool bias = true;
};
/// [N, C, T] -> [N, out, T'] or [N, C, H, W] -> [N, out, H', W']. Weights as torch.nn.ConvTranspose1d / 2d.
Value conv_transpose(Value x, std::string name, const ConvTransposeOptions& options);

struct UpsampleOptions {
  std::vector<int64_t> factor = {};  ///< one, or one an axis; or else
  std::vector<int64_t> size = {};    ///< the output's sizes
  std::string mode = "nearest";      ///< "nearest" | "linear" (bilinear on pictures)
  bool align_corners = false;        ///< of "linear": the outermost samples stay where they are
};
/// As torch.nn.functional.interpolate.
Value upsample(Value x, std::string name, const UpsampleOptions& options);

}  // namespace lathe
