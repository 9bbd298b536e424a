/// JPEG images through libjpeg(-turbo).
#pragma once

#include <filesystem>

#include "lathe/data/readers/readers.h"

namespace lathe {

bool accepts_jpeg(const std::filesystem::path& path);

/// [C, H, W] uint8, as stored: one channel grey, three RGB; not turned by its EXIF orientation.
/// @throws Error where the file is damaged or cut short, or holds CMYK
Array open_jpeg(const std::filesystem::path& path);

}  // namespace lathe
