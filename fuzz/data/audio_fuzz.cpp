/// WAV, FLAC and OGG recordings: whatever opens is finite and has a rate.
#include "lathe/data/readers/audio.h"

#include <sndfile.h>

#include "fuzz/support/harness.h"
#include "lathe/base/files.h"

/// libsndfile does not give back what libvorbis took for an OGG file that it then refuses.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libvorbis";
}

namespace lathe::fuzz {

namespace {

std::string sound(int format, int channels) {
  const std::filesystem::path path = as_file("", ".sound");
  SF_INFO info = {};
  info.samplerate = 8000;
  info.channels = channels;
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  std::vector<float> samples;
  for (int i = 0; i < 400 * channels; ++i) samples.push_back(static_cast<float>(i % 37) / 37);
  sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
  sf_close(file);
  return read_text(path);
}

}  // namespace

std::vector<std::string> seeds() {
  return {sound(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1), sound(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2),
          sound(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1), sound(SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1)};
}

void run(std::string_view bytes) {
  constexpr int64_t most = 1 << 16;
  const Array clip = open_audio_start(as_file(bytes, ".sound"), [](double) { return most; });
  require(clip.rate_hz > 0 && clip.values.dim() == 2 && clip.values.size(1) <= most, "a clip has no rate or no length");
  require(clip.values.isfinite().all().item<bool>(), "a clip holds NaN");
}

}  // namespace lathe::fuzz
