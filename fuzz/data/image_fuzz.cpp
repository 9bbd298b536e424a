/// PNG and JPEG images, by their first byte: whatever opens has every pixel.
#include <ATen/core/Tensor.h>
#include <png.h>

#include <cstdio>
// libjpeg's header needs <cstdio> before it.
#include <jpeglib.h>

#include <cstdlib>

#include "fuzz/support/harness.h"
#include "lathe/data/readers/jpeg.h"
#include "lathe/data/readers/png.h"

namespace lathe::fuzz {

namespace {

const std::vector<unsigned char> pixels = [] {
  std::vector<unsigned char> all;
  for (int i = 0; i < 12 * 9 * 3; ++i) all.push_back(static_cast<unsigned char>(i * 5));
  return all;
}();

std::string png(png_uint_32 format, bool interlaced) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = 9;
  image.height = 6;
  image.format = format;
  image.flags = interlaced ? PNG_IMAGE_FLAG_FAST : 0;
  std::string bytes(4096, '\0');
  png_alloc_size_t size = bytes.size();
  const png_color map[] = {{1, 2, 3}, {4, 5, 6}};
  image.colormap_entries = 2;
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, map);
  bytes.resize(size);
  return bytes;
}

std::string jpeg(int channels, bool progressive) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = 12;
  info.image_height = 9;
  info.input_components = channels;
  info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int row = 0; row < 9; ++row) {
    auto* line = const_cast<unsigned char*>(pixels.data()) + row * 12 * channels;
    jpeg_write_scanlines(&info, &line, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const std::string bytes(reinterpret_cast<const char*>(memory), size);
  std::free(memory);
  return bytes;
}

}  // namespace

std::vector<std::string> seeds() {
  return {png(PNG_FORMAT_GRAY, false),
          png(PNG_FORMAT_RGB, true),
          png(PNG_FORMAT_GA, false),
          jpeg(1, false),
          jpeg(3, false),
          jpeg(3, true)};
}

void run(std::string_view bytes) {
  const bool is_jpeg = !bytes.empty() && bytes[0] == '\xff';
  const at::Tensor image = (is_jpeg ? open_jpeg : open_png)(as_file(bytes, ".image")).values;
  require(image.dim() == 3 && (image.size(0) == 1 || image.size(0) == 3), "an image has neither one channel nor three");
  image.contiguous();
}

}  // namespace lathe::fuzz
