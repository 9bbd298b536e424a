#include "lathe/data/readers/png.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/data/readers/gzip.h"
#include "lathe/data/readers/image_limits.h"

namespace lathe {

namespace {

/// libpng leaves by longjmp, which skips destructors: what runs under setjmp here owns nothing.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> file) : rest_(file) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, leave, [](png_structp, png_const_charp) {});
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) png_destroy_read_struct(&png_, nullptr, nullptr);
    check(info_ != nullptr, "libpng has no memory left");
    png_set_user_limits(png_, 1 << 26, 1 << 26);  // check_image_size knows more
    png_set_chunk_malloc_max(png_, 1 << 22);
    png_set_read_fn(png_, this, take);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void begin() { check(try_begin(), "{}", sentence_); }
  void read(png_bytepp rows) { check(try_read(rows), "{}", sentence_); }
  int64_t height() const { return png_get_image_height(png_, info_); }
  int64_t width() const { return png_get_image_width(png_, info_); }
  int64_t channels() const { return png_get_channels(png_, info_); }

 private:
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::span<const std::byte> rest_;
  std::jmp_buf back_;
  char sentence_[160] = "";

  bool try_begin() {
    if (setjmp(back_) != 0) return false;
    png_read_info(png_, info_);
    png_set_expand(png_);  // palettes, fewer than 8 bits
    png_set_scale_16(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool try_read(png_bytepp rows) {
    if (setjmp(back_) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }
  static void take(png_structp png, png_bytep to, size_t length) {
    auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
    if (self->rest_.size() < length) png_error(png, "the file ends too soon");
    std::memcpy(to, self->rest_.data(), length);
    self->rest_ = self->rest_.subspan(length);
  }
  [[noreturn]] static void leave(png_structp png, png_const_charp why) {
    auto* self = static_cast<Decoder*>(png_get_error_ptr(png));
    std::snprintf(self->sentence_, sizeof self->sentence_, "image is damaged (libpng: %s)", why);
    std::longjmp(self->back_, 1);
  }
};

}  // namespace

bool accepts_png(const std::filesystem::path& path) {
  return has_ending(path, {".png"});
}

Array open_png(const std::filesystem::path& path) {
  const MappedFile file(path);
  return within(path.string(), [&]() -> Array {
    const auto bytes = static_cast<int64_t>(file.bytes().size());
    const auto* magic = reinterpret_cast<png_const_bytep>(file.bytes().data());
    check(bytes >= 8 && png_sig_cmp(magic, 0, 8) == 0, "is not a PNG image (expected its eight bytes of magic)");
    Decoder decoder(file.bytes());
    decoder.begin();
    const int64_t height = decoder.height(), width = decoder.width(), channels = decoder.channels();
    data_detail::check_image_size(height, width, 8 * most_bytes_a_deflated_byte, bytes);
    at::Tensor values = at::empty({height, width, channels}, at::TensorOptions().dtype(at::kByte));
    auto* data = values.mutable_data_ptr<uint8_t>();
    std::vector<png_bytep> rows;
    for (int64_t row = 0; row < height; ++row) rows.push_back(data + row * width * channels);
    decoder.read(rows.data());
    return {values.permute({2, 0, 1})};
  });
}

}  // namespace lathe
