/// IDX arrays, as MNIST comes: plain, or packed with gzip.
#pragma once

#include <filesystem>

#include "lathe/data/readers/readers.h"

namespace lathe {

/// "train-images-idx3-ubyte", "t10k-labels.idx1-ubyte", "x.idx", each also with ".gz".
bool accepts_idx(const std::filesystem::path& path);

/// 1 to 4 axes of uint8, int8/16/32 or float32/64. Three axes of uint8 are grey images: [N, H, W] -> [N, 1, H, W].
/// Plain files of uint8 are mapped, others read.
Array open_idx(const std::filesystem::path& path);

}  // namespace lathe
