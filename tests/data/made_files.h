/// Small files in the formats of others, written by the libraries that read them.
#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <png.h>
#include <sndfile.h>
#include <zlib.h>

#include <cstdio>
// libjpeg's header needs <cstdio> before it.
#include <jpeglib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lathe/base/files.h"

namespace lathe::test {

inline void write_packed(const std::filesystem::path& path, const std::string& bytes) {
  const gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())), static_cast<int>(bytes.size()));
  gzclose(file);
}

/// The head of an IDX file: type code and sizes.
inline std::string idx_head(int type, const std::vector<uint32_t>& shape) {
  std::string head = {'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (const uint32_t size : shape)
    for (const int shift : {24, 16, 8, 0}) head += static_cast<char>(size >> shift & 0xff);
  return head;
}

/// An image of this many channels whose bytes count up from `first`, wrapping.
inline std::vector<uint8_t> counting_pixels(int height, int width, int channels, int first = 0) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < height * width * channels; ++i) pixels.push_back(static_cast<uint8_t>(first + 3 * i));
  return pixels;
}

inline void write_png(const std::filesystem::path& path, int height, int width, int channels, int first = 0) {
  const std::vector<uint8_t> pixels = counting_pixels(height, width, channels, first);
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  ASSERT_NE(png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr), 0);
}

/// One colour or grey all over: JPEG keeps that to a digit or two.
inline void write_jpeg(const std::filesystem::path& path, int height, int width, const std::vector<uint8_t>& color) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  jpeg_stdio_dest(&info, file);
  info.image_height = static_cast<JDIMENSION>(height);
  info.image_width = static_cast<JDIMENSION>(width);
  info.input_components = static_cast<int>(color.size());
  info.in_color_space = color.size() == 1 ? JCS_GRAYSCALE : color.size() == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<uint8_t> line;
  for (int i = 0; i < width; ++i) line.insert(line.end(), color.begin(), color.end());
  for (int row = 0; row < height; ++row) {
    JSAMPROW start = line.data();
    jpeg_write_scanlines(&info, &start, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::fclose(file);
}

/// @param samples  channels interleaved
inline void write_sound(const std::filesystem::path& path, const std::vector<float>& samples, int rate_hz = 8000,
                        int channels = 1, int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16) {
  SF_INFO info = {};
  info.samplerate = rate_hz;
  info.channels = channels;
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
  ASSERT_EQ(sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size())),
            static_cast<sf_count_t>(samples.size()));
  sf_close(file);
}

/// The same number all along.
inline void write_sound(const std::filesystem::path& path, float value, int64_t samples, int rate_hz = 8000) {
  write_sound(path, std::vector<float>(static_cast<size_t>(samples), value), rate_hz);
}

/// Leaves only the first bytes of a file.
inline void cut_short(const std::filesystem::path& path, size_t bytes) {
  write_atomic(path, read_text(path).substr(0, bytes));
}

}  // namespace lathe::test
