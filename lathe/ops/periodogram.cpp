/// Power per frequency of each channel: the spectral branch beside learned kernels. A channel leaves with all its bins.
#include "lathe/signal/periodogram.h"

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Periodogram final : public Op {
 public:
  explicit Periodogram(double rate_hz) : rate_hz_(rate_hz) {
    check(rate_hz > 0, "periodogram: rate_hz {} (expected above 0)", rate_hz);
  }
  std::string_view kind() const override { return "periodogram"; }
  Attributes attributes() const override { return {{"rate_hz", rate_hz_}}; }
  Shape shape(const Inputs& in) const override {
    check(in[0].rank() == 3, "periodogram: input {} (expected [N, C, T])", in[0]);
    return {in[0][0], in[0][1] * (in[0][2] / 2 + 1)};
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return lathe::periodogram(x[0], rate_hz_).flatten(1);
  }
  Ties ties(const Inputs& in) const override {
    return {{in[0][1], {input_channels(), output_channels().repeated(in[0][2] / 2 + 1)}}};
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }

 private:
  double rate_hz_;
};

}  // namespace

Value periodogram(Value x, std::string name, double rate_hz) {
  return x.builder->add(std::move(name), std::make_shared<Periodogram>(rate_hz), {x});
}

OpPtr make_periodogram(const Attributes& settings) { return std::make_shared<Periodogram>(settings.real("rate_hz")); }

std::vector<OpSample> samples_periodogram() {
  return {{"even", {{2, 10}}, [](const auto& x) { return periodogram(x[0], "op", 64); }},
          {"odd", {{1, 9}}, [](const auto& x) { return periodogram(x[0], "op", 1); }}};
}

}  // namespace lathe
