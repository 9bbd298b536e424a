/// How large an image may say that it is, before memory is taken for it.
#pragma once

#include <cstdint>

#include "lathe/base/errors.h"

namespace lathe::data_detail {

/// @param pixels_a_byte  what a byte of the format can stand for at most
inline void check_image_size(int64_t height, int64_t width, int64_t pixels_a_byte, int64_t file_bytes) {
  constexpr int64_t most = int64_t{1} << 26;
  check(height > 0 && width > 0 && height <= most / width, "image is {} x {} (expected 1 to {} pixels)", height, width,
        most);
  check(height * width / pixels_a_byte <= file_bytes, "file is cut short ({} bytes cannot hold an image of {} x {})",
        file_bytes, height, width);
}

}  // namespace lathe::data_detail
