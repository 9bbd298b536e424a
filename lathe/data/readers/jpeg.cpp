#include "lathe/data/readers/jpeg.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <csetjmp>
#include <cstdio>
// libjpeg's header needs <cstdio> before it.
#include <jerror.h>
#include <jpeglib.h>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/data/readers/image_limits.h"

namespace lathe {

namespace {

/// Every block of 64 pixels has at least one bit in each scan; arithmetic coding gets below that, hence the generous
/// bound.
constexpr int64_t most_pixels_a_byte = 4096;

/// libjpeg leaves by longjmp, which skips destructors: what runs under setjmp here owns nothing.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> file) : file_(file) {
    info_.err = jpeg_std_error(&failure_.manager);
    failure_.manager.error_exit = leave;
    failure_.manager.emit_message = warn;
    check(try_create(), "{}", failure_.sentence);
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void begin() { check(try_begin(), "{}", failure_.sentence); }
  void read(uint8_t* to) { check(try_read(to), "{}", failure_.sentence); }
  int64_t height() const { return info_.image_height; }
  int64_t width() const { return info_.image_width; }
  int64_t channels() const { return info_.num_components; }

 private:
  struct Failure {
    jpeg_error_mgr manager;  ///< comes first: libjpeg hands back its address
    std::jmp_buf back;
    char sentence[JMSG_LENGTH_MAX + 64];
  };
  jpeg_decompress_struct info_ = {};
  jpeg_progress_mgr progress_ = {};
  Failure failure_ = {};
  std::span<const std::byte> file_;

  bool try_create() {
    if (setjmp(failure_.back) != 0) return false;
    jpeg_create_decompress(&info_);
    return true;
  }
  bool try_begin() {
    if (setjmp(failure_.back) != 0) return false;
    progress_.progress_monitor = watch;
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file_.data()),
                 static_cast<unsigned long>(file_.size()));
    jpeg_read_header(&info_, TRUE);
    return true;
  }
  bool try_read(uint8_t* to) {
    if (setjmp(failure_.back) != 0) return false;
    info_.out_color_space = info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row =
          to + size_t{info_.output_scanline} * info_.output_width * static_cast<size_t>(info_.output_components);
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }
  static void leave(j_common_ptr info) {
    auto* failure = reinterpret_cast<Failure*>(info->err);
    char why[JMSG_LENGTH_MAX];
    info->err->format_message(info, why);
    std::snprintf(failure->sentence, sizeof failure->sentence, "image is damaged (libjpeg: %s)", why);
    std::longjmp(failure->back, 1);
  }
  /// What libjpeg would fill in with grey is damage; bytes between two markers, which many cameras write, are not.
  static void warn(j_common_ptr info, int level) {
    if (level < 0 && info->err->msg_code != JWRN_EXTRANEOUS_DATA && info->err->msg_code != JWRN_ADOBE_XFORM)
      leave(info);
  }
  /// A small file of thousands of scans over a large image would take hours.
  static void watch(j_common_ptr info) {
    constexpr int most_scans = 200;
    if (!info->is_decompressor || reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= most_scans) return;
    auto* failure = reinterpret_cast<Failure*>(info->err);
    std::snprintf(failure->sentence, sizeof failure->sentence, "image has more than %d scans", most_scans);
    std::longjmp(failure->back, 1);
  }
};

}  // namespace

bool accepts_jpeg(const std::filesystem::path& path) {
  return has_ending(path, {".jpg", ".jpeg"});
}

Array open_jpeg(const std::filesystem::path& path) {
  const MappedFile file(path);
  return within(path.string(), [&]() -> Array {
    const auto bytes = static_cast<int64_t>(file.bytes().size());
    const auto magic = [&](size_t at) { return static_cast<int>(file.bytes()[at]); };
    check(bytes >= 2 && magic(0) == 0xff && magic(1) == 0xd8, "is not a JPEG image (expected ff d8 at its start)");
    Decoder decoder(file.bytes());
    decoder.begin();
    const int64_t height = decoder.height(), width = decoder.width(), channels = decoder.channels();
    check(channels == 1 || channels == 3, "image has {} colour components (expected 1 or 3; CMYK is not read)",
          channels);
    data_detail::check_image_size(height, width, most_pixels_a_byte, bytes);
    at::Tensor values = at::empty({height, width, channels}, at::TensorOptions().dtype(at::kByte));
    decoder.read(values.mutable_data_ptr<uint8_t>());
    return {values.permute({2, 0, 1})};
  });
}

}  // namespace lathe
