/// PNG images through libpng.
#pragma once

#include <filesystem>

#include "lathe/data/readers/readers.h"

namespace lathe {

bool accepts_png(const std::filesystem::path& path);

/// [C, H, W] uint8, as stored: one channel grey, three colours. Palettes are looked up, 16 bits scaled to 8, what is
/// transparent loses its transparency. @throws Error where the file is damaged or cut short
Array open_png(const std::filesystem::path& path);

}  // namespace lathe
