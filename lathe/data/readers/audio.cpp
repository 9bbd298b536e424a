#include "lathe/data/readers/audio.h"

#include <ATen/ops/empty.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"

namespace lathe {

namespace {

constexpr int64_t most_numbers = int64_t{1} << 26;
constexpr int most_rate_hz = 768'000;

/// The mapped file, as libsndfile reads it.
struct Bytes {
  std::span<const std::byte> all;
  sf_count_t at = 0;

  static sf_count_t length(void* self) { return static_cast<sf_count_t>(static_cast<Bytes*>(self)->all.size()); }
  static sf_count_t tell(void* self) { return static_cast<Bytes*>(self)->at; }
  static sf_count_t seek(sf_count_t offset, int whence, void* self) {
    auto* bytes = static_cast<Bytes*>(self);
    const sf_count_t from = whence == SEEK_CUR ? bytes->at : whence == SEEK_END ? length(self) : 0;
    sf_count_t to = 0;
    if (!__builtin_add_overflow(from, offset, &to) && to >= 0) bytes->at = to;
    return bytes->at;
  }
  static sf_count_t read(void* to, sf_count_t count, void* self) {
    auto* bytes = static_cast<Bytes*>(self);
    const sf_count_t got = std::clamp<sf_count_t>(length(self) - bytes->at, 0, std::max<sf_count_t>(count, 0));
    if (got > 0) std::memcpy(to, bytes->all.data() + bytes->at, static_cast<size_t>(got));
    bytes->at += got;
    return got;
  }
};

/// libsndfile reads what is left of a WAV file that was cut short and does not say so: its data chunk says.
void check_whole_wav(std::span<const std::byte> file) {
  const auto word = [&](size_t at) { return std::string_view(reinterpret_cast<const char*>(file.data()) + at, 4); };
  const auto number = [&](size_t at) {
    uint32_t value = 0;
    std::memcpy(&value, file.data() + at, 4);
    return size_t{value};
  };
  if (file.size() < 12 || word(0) != "RIFF" || word(8) != "WAVE") return;
  for (size_t at = 12; at + 8 <= file.size();) {
    const size_t length = number(at + 4), there = file.size() - at - 8;
    // 0 and all ones: written by a program that could not go back to fill it in.
    const bool open_ended = length == 0 || length >= 0x7fffff00;
    if (word(at) == "data") {
      check(open_ended || length <= there, "file is cut short (expected {} bytes of samples, got {})", length, there);
      return;
    }
    if (length > there) return;  // libsndfile has its own words for that
    at += 8 + length + length % 2;
  }
}

struct Close {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

}  // namespace

bool accepts_audio(const std::filesystem::path& path) {
  return has_ending(path, {".wav", ".flac", ".ogg"});
}

Array open_audio(const std::filesystem::path& path) {
  return open_audio_start(path, [](double) { return std::numeric_limits<int64_t>::max(); });
}

Array open_audio_start(const std::filesystem::path& path, const std::function<int64_t(double)>& most_samples) {
  const MappedFile mapped(path);
  return within(path.string(), [&]() -> Array {
    check_whole_wav(mapped.bytes());
    Bytes bytes{mapped.bytes()};
    SF_VIRTUAL_IO io{Bytes::length, Bytes::seek, Bytes::read, nullptr, Bytes::tell};
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, Close> file(sf_open_virtual(&io, SFM_READ, &info, &bytes));
    check(file != nullptr, "is not a recording that libsndfile reads (it says: {})", sf_strerror(nullptr));
    check(info.samplerate > 0 && info.samplerate <= most_rate_hz, "rate is {} samples a second (expected 1 to {})",
          info.samplerate, most_rate_hz);
    check(info.channels > 0 && info.channels <= 256, "has {} channels (expected 1 to 256)", info.channels);
    const int64_t channels = info.channels, most = most_samples(info.samplerate);
    constexpr int64_t frames_at_once = 1 << 14;
    std::vector<float> samples, piece(static_cast<size_t>(frames_at_once * channels));
    for (int64_t frames = 0; frames < most;) {
      const sf_count_t got = sf_readf_float(file.get(), piece.data(), std::min(frames_at_once, most - frames));
      if (got <= 0) break;
      frames += got;
      check(frames * channels <= most_numbers, "recording is too long to be read at once (expected at most {} samples)",
            most_numbers / channels);
      samples.insert(samples.end(), piece.begin(), piece.begin() + got * channels);
    }
    check(sf_error(file.get()) == SF_ERR_NO_ERROR, "recording is damaged (libsndfile: {})", sf_strerror(file.get()));
    const int64_t frames = static_cast<int64_t>(samples.size()) / channels;
    check(frames > 0, "holds no samples");
    check(frames >= std::min<int64_t>(info.frames, most) || info.frames > most_numbers * 64,
          "file is cut short (expected {} samples, got {})", info.frames, frames);
    const auto odd = std::find_if(samples.begin(), samples.end(), [](float value) { return !std::isfinite(value); });
    check(odd == samples.end(), "holds NaN or infinity (expected finite numbers, the first other in sample {})",
          (odd - samples.begin()) / channels);
    Array array;
    array.rate_hz = info.samplerate;
    array.values = at::empty({frames, channels}, at::TensorOptions().dtype(at::kFloat));
    std::copy(samples.begin(), samples.end(), array.values.mutable_data_ptr<float>());
    array.values = array.values.transpose(0, 1).contiguous();
    return array;
  });
}

}  // namespace lathe
