/// Recordings of a folder: formats, rates, channels, lengths, levels, and what damaged ones say.
#include <ATen/ops/equal.h>

#include <cmath>
#include <limits>

#include "lathe/data/readers/file_rows.h"
#include "tests/data/made_files.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;

class Clips : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string here() const { return folder_.path().string(); }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  FileRows read(const ClipOptions& options = {}) { return read_clips(list_folder(folder_.path()), options); }
  std::string error(const ClipOptions& options = {}) {
    return error_of([&] { read(options); });
  }
};

TEST_F(Clips, WavFlacAndOggAreRead) {
  const std::vector<float> samples = {0, 0.5F, -0.25F, -0.5F};
  write_sound(folder_ / "a.wav", samples);
  write_sound(folder_ / "b.flac", samples, 8000, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  write_sound(folder_ / "c.WAV", samples, 8000, 1, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  const FileRows rows = read();
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({3, 1, 4}));
  EXPECT_EQ(rows.values.scalar_type(), at::kFloat);
  EXPECT_EQ(rows.rate_hz, 8000);
  for (int64_t row = 0; row < 3; ++row)
    EXPECT_EQ(listed(rows.values[row]), (std::vector<double>{0, 0.5, -0.25, -0.5})) << row;
  EXPECT_TRUE(rows.notes.empty());
  write_sound(folder_ / "d.ogg", std::vector<float>(5000, 0.5F), 8000, 1, SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  const Array ogg = open_array(folder_ / "d.ogg");
  EXPECT_EQ(ogg.values.sizes(), at::IntArrayRef({1, 5000}));
  EXPECT_NEAR(ogg.values[0][2500].item<float>(), 0.5, 0.05);
}

TEST_F(Clips, LengthsAreCutAndPadded) {
  write_sound(folder_ / "a.wav", 0.5F, 3);
  write_sound(folder_ / "b.wav", 0.25F, 6);
  EXPECT_EQ(
      error(),
      at("b.wav") +
          ": has 6 samples (expected 3, as 'a.wav'); clip_samples or clip_seconds cuts and pads all to one length");
  const FileRows rows = read({.samples = 4});
  EXPECT_EQ(listed(rows.values), (std::vector<double>{0.5, 0.5, 0.5, 0, 0.25, 0.25, 0.25, 0.25}));
  EXPECT_EQ(rows.notes, std::vector<std::string>{here() + ": of 2 clips 1 padded with zeros and 1 cut to 4 samples"});
  EXPECT_EQ(read({.seconds = 0.001}).values.size(2), 8);
  EXPECT_EQ(error({.samples = 4, .seconds = 1}), "clip_samples and clip_seconds are both given (expected one)");
}

TEST_F(Clips, OtherRatesAreResampledAndSaid) {
  write_sound(folder_ / "a.wav", 0.5F, 800, 8000);
  write_sound(folder_ / "b.wav", 0.5F, 1600, 16000);
  EXPECT_EQ(error(),
            at("b.wav") + ": has 16000 samples a second (expected 8000, as 'a.wav'); rate_hz resamples all to one");
  const FileRows rows = read({.rate_hz = 8000});
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({2, 1, 800}));
  EXPECT_NEAR(rows.values[1][0][400].item<float>(), 0.5, 1e-3);
  EXPECT_EQ(rows.notes,
            std::vector<std::string>{here() + ": 1 of 2 clips resampled from 16000 to 8000 samples a second"});
  EXPECT_EQ(rows.rate_hz, 8000);
  // Only the start is decoded: the numbers must not show it.
  EXPECT_TRUE(at::equal(read({.samples = 300, .rate_hz = 8000}).values, rows.values.narrow(2, 0, 300)));
  EXPECT_EQ(error({.rate_hz = 8000.5}), "rate_hz is 8000.5 (expected a whole number to 768000 for recordings)");
}

TEST_F(Clips, ChannelsAreMixedDownAndSaid) {
  write_sound(folder_ / "a.wav", {0.5F, 0.25F, -0.5F, 0.5F}, 8000, 2);
  const FileRows rows = read();
  EXPECT_EQ(listed(rows.values), (std::vector<double>{0.375, 0}));
  EXPECT_EQ(rows.notes, std::vector<std::string>{here() + ": 1 of 1 clips mixed down from 2 channels to one"});
  EXPECT_EQ(listed(read({.channels = 2}).values), (std::vector<double>{0.5, -0.5, 0.25, 0.5}));
  EXPECT_EQ(error({.channels = 3}), at("a.wav") + ": has 2 channels (expected 3); channels = 1 mixes all down to one");
}

TEST_F(Clips, DamagedOnesAreCountedAndNamed) {
  write_sound(folder_ / "a.wav", 0.5F, 100);
  write_sound(folder_ / "b.wav", 0.5F, 100);
  write_sound(folder_ / "c.wav", 0.5F, 100);
  write_sound(folder_ / "d.wav", std::vector<float>());
  cut_short(folder_ / "b.wav", 200);
  write_atomic(folder_ / "c.wav", "no sound");
  const std::string damage =
      "'b.wav' (file is cut short (expected 200 bytes of samples, got 156)), 'c.wav' (is not a recording that "
      "libsndfile "
      "reads (it says: Format not recognised.)), 'd.wav' (holds no samples)";
  EXPECT_EQ(error(),
            here() + ": 3 of 4 files cannot be read: " + damage + "; corrupt = \"skip\" leaves such files out");
  const FileRows rows = read({.corrupt = Corrupt::skip});
  EXPECT_EQ(rows.kept, std::vector<int64_t>{0});
  EXPECT_EQ(rows.notes,
            std::vector<std::string>{here() + ": 3 of 4 files left out, for they cannot be read: " + damage});
}

TEST_F(Clips, FlacThatEndsTooSoonAndNumbersThatAreNone) {
  std::vector<float> noise;
  for (int i = 0; i < 20000; ++i) noise.push_back(static_cast<float>((i * 7919) % 65536) / 32768 - 1);
  write_sound(folder_ / "a.flac", noise, 8000, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  cut_short(folder_ / "a.flac", 20000);
  const std::string sentence = error_of([&] { open_array(folder_ / "a.flac"); });
  EXPECT_EQ(sentence.rfind(at("a.flac") + ": ", 0), 0U) << sentence;
  EXPECT_NE(sentence, "(no error)");
  write_sound(folder_ / "b.wav", {0, std::numeric_limits<float>::quiet_NaN()}, 8000, 1,
              SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  EXPECT_EQ(error_of([&] { open_array(folder_ / "b.wav"); }),
            at("b.wav") + ": holds NaN or infinity (expected finite numbers, the first other in sample 1)");
}

TEST_F(Clips, AHashTellsTheSetsApart) {
  write_sound(folder_ / "a.wav", 0.5F, 10);
  const std::string before = read().hash;
  EXPECT_EQ(read().hash, before);
  write_sound(folder_ / "a.wav", 0.25F, 10);
  EXPECT_NE(read().hash, before);
}

}  // namespace
}  // namespace lathe
