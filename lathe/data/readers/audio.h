/// Recordings through libsndfile: WAV, FLAC, OGG.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "lathe/data/readers/readers.h"

namespace lathe {

bool accepts_audio(const std::filesystem::path& path);

/// [C, T] float32, whole numbers scaled to −1 … 1, and the rate in samples a second. Holds at most 2^26 numbers.
/// @throws Error where the file is damaged or cut short, or holds NaN
Array open_audio(const std::filesystem::path& path);

/// The same of the first samples, as many as `most_samples(rate_hz)` says; the rest is not decoded.
Array open_audio_start(const std::filesystem::path& path, const std::function<int64_t(double)>& most_samples);

}  // namespace lathe
