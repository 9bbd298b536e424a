/// CIFAR-10's binary version: records of a class and a 32×32 image of three colours.
#pragma once

#include <filesystem>

#include "lathe/data/readers/readers.h"

namespace lathe {

/// A .bin file, or a folder that holds data_batch_*.bin or test_batch.bin.
bool accepts_cifar10(const std::filesystem::path& path);

/// Images [N, 3, 32, 32] uint8 and their labels; class names from batches.meta.txt where it is beside. One file is
/// mapped, not read; a folder is all its batches in the order of their names.
Array open_cifar10(const std::filesystem::path& path);

}  // namespace lathe
