/// Of all values of a sample only the largest stay, the others become 0. Channels that win rarely are helped to win
/// more often while training (boosting), so that all of them learn. Source: Ahmad and Scheinkman 2019, How can we be so
/// dense? (arXiv:1903.11257), as in numenta/nupic.torch. Here what equals the last winner wins too, and boosting fades
/// with samples seen, for an op knows no epochs.
#include <ATen/ops/exp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class KWinners final : public Op {
 public:
  explicit KWinners(KWinnersOptions options) : options_(options) {
    const auto in = [](std::string_view name, double value, bool fits, std::string_view expected) {
      check(fits, "k_winners: {} {} (expected {})", name, value, expected);
    };
    in("active_ratio", options.active_ratio, options.active_ratio > 0 && options.active_ratio <= 1,
       "above 0, at most 1");
    in("inference_factor", options.inference_factor, options.inference_factor >= 1, "at least 1");
    in("boost_strength", options.boost_strength, options.boost_strength >= 0, "at least 0");
    in("boost_factor", options.boost_factor, options.boost_factor > 0 && options.boost_factor <= 1,
       "above 0, at most 1");
    in("duty_samples", static_cast<double>(options.duty_samples), options.duty_samples >= 1, "at least 1");
  }
  std::string_view kind() const override { return "k_winners"; }
  Attributes attributes() const override {
    return {{"active_ratio", options_.active_ratio},
            {"inference_factor", options_.inference_factor},
            {"boost_strength", options_.boost_strength},
            {"boost_factor", options_.boost_factor},
            {"duty_samples", options_.duty_samples}};
  }
  Shape shape(const Inputs& in) const override {
    const Tensor& duty = in.params["duty_cycle"];
    check(duty.defined() && duty.dim() == 1 && in.params.has("samples_seen"),
          "k_winners: has no duty_cycle of [channels] and samples_seen");
    check(in[0].rank() >= 2 && in[0][1] == duty.size(0), "k_winners: input {} (expected {} channels)", in[0],
          duty.size(0));
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode mode) const override {
    const int64_t values = x[0].numel() / std::max<int64_t>(1, x[0].size(0)), winners = count(values, mode.training);
    const Tensor boosted = x[0].detach().mul(boost(params, values, x[0].dim()));
    const Tensor last = std::get<0>(at::topk(boosted.flatten(1), winners)).select(1, winners - 1);
    std::vector<int64_t> one_each(static_cast<size_t>(x[0].dim()), 1);
    one_each[0] = x[0].size(0);
    const Tensor won = boosted.ge(last.view(one_each));
    const Tensor y = x[0].mul(won);
    if (mode.training) remember(params, y.detach());
    return y;
  }
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1], {input_channels(), output_channels(), param_axis("duty_cycle", 0)}};
    tie.exact = false;  // whoever leaves makes room for another winner
    return {tie};
  }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }

 private:
  KWinnersOptions options_;

  int64_t count(int64_t values, bool training) const {
    const double ratio = options_.active_ratio * (training ? 1 : options_.inference_factor);
    return std::clamp<int64_t>(std::llround(ratio * static_cast<double>(values)), 1, values);
  }
  /// exp(strength · (wanted − duty)), one a channel, as many axes as the input has.
  Tensor boost(const Params& params, int64_t values, int64_t axes) const {
    const double wanted = static_cast<double>(count(values, true)) / static_cast<double>(values);
    const double seen = params["samples_seen"].item<double>() / static_cast<double>(options_.duty_samples);
    const double strength = options_.boost_strength * std::pow(options_.boost_factor, seen);
    std::vector<int64_t> sizes(static_cast<size_t>(axes), 1);
    sizes[1] = params["duty_cycle"].size(0);
    return params["duty_cycle"].neg().add(wanted).mul(strength).exp().view(sizes);
  }
  /// The share of values above 0 of each channel, averaged over the latest samples.
  void remember(const Params& params, const Tensor& y) const {
    const auto rows = static_cast<double>(y.size(0));
    Tensor duty = params["duty_cycle"], samples = params["samples_seen"];
    samples.add_(rows);
    const double period = std::max(rows, std::min(static_cast<double>(options_.duty_samples), samples.item<double>()));
    const Tensor share = y.gt(0).to(duty.scalar_type()).transpose(0, 1).flatten(1).mean(1);
    duty.mul_((period - rows) / period).add_(share, rows / period);
  }
};

}  // namespace

Value k_winners(Value x, std::string name, const KWinnersOptions& options) {
  check(x.shape().rank() >= 2, "k_winners '{}': input {} (expected [N, C, ...])", name, x.shape());
  return x.builder->add(
      std::move(name), std::make_shared<KWinners>(options), {x},
      Params{{"duty_cycle", at::zeros({x.shape()[1]}), true}, {"samples_seen", at::zeros({1}), true}});
}

OpPtr make_k_winners(const Attributes& settings) {
  return std::make_shared<KWinners>(KWinnersOptions{.active_ratio = settings.real("active_ratio"),
                                                    .inference_factor = settings.real("inference_factor"),
                                                    .boost_strength = settings.real("boost_strength"),
                                                    .boost_factor = settings.real("boost_factor"),
                                                    .duty_samples = settings.integer("duty_samples")});
}

std::vector<OpSample> samples_k_winners() {
  const auto sample = [](std::string label, Shape input, KWinnersOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return k_winners(x[0], "op", options);
                    }};
  };
  return {sample("features", {12}, {.active_ratio = 0.25}),
          sample("1d_boosted", {4, 5}, {.active_ratio = 0.3, .boost_strength = 1.5}),
          sample("2d", {3, 4, 4}, {.active_ratio = 0.1, .inference_factor = 1})};
}

/// Nothing in ONNX is it alone: TopK, a comparison and a product would say it, and nobody would read them back as this.
std::vector<OnnxRule> onnx_k_winners() {
  return {};
}

}  // namespace lathe
