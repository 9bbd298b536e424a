/// Settings of front ends: what is filled in, and what is refused.
#include "lathe/data/front_end.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include "lathe/signal/log_mel.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

TEST(FrontEnd, SettingsThatAreNotGivenAreFilledIn) {
  const FrontEnd resolved = resolve_front_end({"log_mel", {{"n_mels", 64}}}, 32000);
  EXPECT_EQ(resolved.settings, (FrontEndSettings{{"fmax", 16000},
                                                 {"fmin", 0},
                                                 {"hop_length", 320},
                                                 {"n_fft", 1024},
                                                 {"n_mels", 64},
                                                 {"preemphasis", 0.97},
                                                 {"win_length", 800}}));
  EXPECT_EQ(resolve_front_end(resolved, 32000), resolved);
  EXPECT_EQ(resolve_front_end({}, 0), FrontEnd{});
}

TEST(FrontEnd, LogMelIsTheSignalFoldersOwn) {
  const at::Tensor rows = at::rand({3, 1, 4000});
  const FrontEnd front_end = resolve_front_end({"log_mel", {{"n_mels", 32}, {"fmax", 15500}}}, 32000);
  const at::Tensor features = apply_front_end(front_end, rows, 32000);
  EXPECT_TRUE(at::equal(features, log_mel(rows, {.rate_hz = 32000, .n_mels = 32, .fmax = 15500})));
  EXPECT_EQ(features.sizes(), (std::vector<int64_t>{3, 1, 32, 13}));
}

TEST(FrontEnd, NoneLeavesRowsAsTheyAre) {
  const at::Tensor rows = at::rand({3, 2, 40});
  EXPECT_TRUE(apply_front_end({}, rows, 0).is_same(rows));
}

TEST(FrontEnd, Refusals) {
  const auto refusal = [](const FrontEnd& front_end) { return error_of([&] { resolve_front_end(front_end, 8000); }); };
  EXPECT_EQ(refusal({"logmel", {}}), "unknown front end 'logmel'; known: log_mel, none (did you mean 'log_mel'?)");
  EXPECT_EQ(
      refusal({"log_mel", {{"mels", 40}}}),
      "unknown setting 'mels'; known: fmax, fmin, hop_length, n_fft, n_mels, preemphasis, win_length (did you mean "
      "'n_mels'?)");
  EXPECT_EQ(refusal({"log_mel", {{"n_mels", 40.5}}}),
            "front end 'log_mel': n_mels is 40.5 (expected a whole number from 1 to 1024)");
  EXPECT_EQ(refusal({"log_mel", {{"n_mels", 40}, {"win_length", 2000}}}),
            "front end 'log_mel': spectrogram: win_length is 2000 (expected 1 to n_fft, 1024)");
  EXPECT_EQ(
      refusal({"log_mel", {{"n_mels", 40}, {"fmax", 5000}}}),
      "front end 'log_mel': mel bank: the band does not fit (expected 0 <= fmin < fmax <= 4000 Hz, half the rate; "
      "got 0 to 5000 Hz)");
}

TEST(FrontEnd, FeaturesAreNoRecordings) {
  const FrontEnd front_end = resolve_front_end({"log_mel", {{"n_mels", 40}}}, 8000);
  EXPECT_EQ(error_of([&] { apply_front_end(front_end, at::zeros({2, 1, 40, 51}), 8000); }),
            "front end 'log_mel': rows are [1, 40, 51] (expected recordings of one channel, [1, T]; the features are "
            "computed from them)");
}

}  // namespace
}  // namespace lathe
