/// Images of a folder as rows of one tensor.
#include <ATen/TensorOperators.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>

#include "lathe/base/errors.h"
#include "lathe/data/readers/file_rows_reading.h"

namespace lathe {

namespace {

std::string size_of(const at::Tensor& image) {
  return fmt::format("{} x {}", image.size(1), image.size(2));
}

/// Pillow's luma of ITU-R 601, in its whole numbers, so that grey images are bit-equal to its.
at::Tensor grey(const at::Tensor& image) {
  const at::Tensor wide = image.to(at::kInt);
  const at::Tensor luma = wide[0] * 19595 + wide[1] * 38470 + wide[2] * 7471 + 0x8000;
  return luma.bitwise_right_shift(16).to(at::kByte).unsqueeze(0);
}

at::Tensor with_channels(const at::Tensor& image, int64_t channels) {
  const int64_t there = image.size(0);
  if (channels == 1 && there != 1) return grey(image);
  if (channels == 3 && there == 1) return image.expand({3, image.size(1), image.size(2)});
  return image;
}

at::Tensor resized(const at::Tensor& image, int64_t height, int64_t width) {
  if (image.size(1) == height && image.size(2) == width) return image;
  const at::Tensor wide = image.to(at::kFloat).unsqueeze(0).contiguous();
  const at::Tensor scaled = at::_upsample_bilinear2d_aa(wide, {height, width}, /*align_corners=*/false);
  return scaled[0].round().clamp(0, 255).to(at::kByte);
}

}  // namespace

FileRows read_images(const FileList& files, const ImageOptions& options) {
  check(options.channels == 0 || options.channels == 1 || options.channels == 3,
        "channels is {} (expected 1 for grey or 3 for colours)", options.channels);
  check((options.height > 0) == (options.width > 0), "resize is {} x {} (expected height and width)", options.height,
        options.width);
  int64_t changed_size = 0, changed_channels = 0;
  at::Tensor first;
  std::string first_name;
  const auto fit = [&](const Array& file, const std::string& name) {
    const at::Tensor& stored = file.values;
    at::Tensor image = options.channels > 0 ? with_channels(stored, options.channels) : stored;
    changed_channels += image.size(0) != stored.size(0) ? 1 : 0;
    if (options.height > 0) image = resized(image, options.height, options.width);
    changed_size += image.size(1) != stored.size(1) || image.size(2) != stored.size(2) ? 1 : 0;
    if (!first.defined()) {
      first = image;
      first_name = name;
    }
    const std::string where = (files.folder / name).string();
    check(image.size(0) == first.size(0),
          "{}: has {} channel{} (expected {}, as '{}'); channels = 1 or 3 makes them alike", where, image.size(0),
          image.size(0) == 1 ? "" : "s", first.size(0), first_name);
    check(image.sizes() == first.sizes(), "{}: is {} (expected {}, as '{}'); resize = [height, width] makes them alike",
          where, size_of(image), size_of(first), first_name);
    return image;
  };
  FileRows rows = data_detail::read_rows(files, options.corrupt, open_array, fit);
  const std::string where = files.folder.string();
  if (changed_channels > 0)
    rows.notes.push_back(fmt::format("{}: {} of {} images {}", where, changed_channels, files.size(),
                                     options.channels == 1 ? "made grey" : "given three channels"));
  if (changed_size > 0)
    rows.notes.push_back(fmt::format("{}: {} of {} images resized to {} x {}", where, changed_size, files.size(),
                                     options.height, options.width));
  return rows;
}

}  // namespace lathe
