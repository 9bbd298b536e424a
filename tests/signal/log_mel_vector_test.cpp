/// Log-mel features against PyTorch's (tools/make_log_mel_vectors.py).
#include <ATen/Context.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/randn.h>

#include <nlohmann/json.hpp>

#include "lathe/formats/safetensors.h"
#include "lathe/signal/log_mel.h"
#include "tests/signal/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

class LogMelVector : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    file_ = read_safetensors(test::source_folder() / "tests/vectors/log_mel.safetensors");
    settings_ = nlohmann::json::parse(file_.metadata.at(GetParam()));
    options_ = {.rate_hz = settings_["rate_hz"],
                .n_mels = settings_["n_mels"],
                .win_length = settings_["win_length"],
                .hop_length = settings_["hop_length"],
                .n_fft = settings_["n_fft"],
                .fmin = settings_["fmin"],
                .fmax = settings_["fmax"],
                .preemphasis = settings_.value("preemphasis", 0.97)};
  }
  at::Tensor recording() const {
    const int64_t samples = settings_["samples"];
    at::manual_seed(settings_["seed"]);
    return at::randn({2, samples}) * at::linspace(0.05, 0.2, samples) + (at::arange(samples) * 0.3).sin() * 0.1;
  }
  double error(const at::Tensor& got) const {
    const at::Tensor& expected = *file_.find(GetParam());
    EXPECT_EQ(got.sizes(), expected.sizes());
    return (got - expected).abs().max().item<double>();
  }
  double tolerance(const char* of) const { return std::stod(file_.metadata.at(of)); }

  TensorFile file_;
  nlohmann::json settings_;
  LogMelOptions options_;
};

TEST_P(LogMelVector, EqualsPyTorch) {
  EXPECT_LE(error(log_mel(recording(), options_)), tolerance("tolerance"));
}

TEST_P(LogMelVector, Float64EqualsItToo) {
  const at::Tensor features = log_mel(recording().to(at::kDouble), options_);
  EXPECT_EQ(features.scalar_type(), at::kDouble);
  EXPECT_LE(error(features), tolerance("float64_tolerance"));  // the reference is rounded, this is not
}

INSTANTIATE_TEST_SUITE_P(Cases, LogMelVector, testing::Values("small_window", "large_window", "telephone", "plain"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace lathe
