/// Images of a folder: what is read of PNG and JPEG, how sizes and colours are made alike, and what damaged ones say.
#include <ATen/ops/equal.h>

#include "lathe/data/readers/file_rows.h"
#include "tests/data/made_files.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;

class Images : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  FileRows read(const ImageOptions& options = {}) { return read_images(list_folder(folder_.path()), options); }
  std::string error(const ImageOptions& options = {}) {
    return error_of([&] { read(options); });
  }
};

TEST_F(Images, PngIsReadAsStored) {
  write_png(folder_ / "a.png", 2, 3, 3);
  write_png(folder_ / "b.PNG", 2, 3, 3, 100);
  const at::Tensor images = read().values;
  EXPECT_EQ(images.sizes(), at::IntArrayRef({2, 3, 2, 3}));
  EXPECT_EQ(images.scalar_type(), at::kByte);
  EXPECT_EQ(listed(images[0][1]), (std::vector<double>{3, 12, 21, 30, 39, 48}));  // every third byte is green
  EXPECT_EQ(images[1][0][0][0].item<int>(), 100);
}

TEST_F(Images, TransparencyIsDroppedAndGreyStaysGrey) {
  write_png(folder_ / "a.png", 1, 2, 4);
  EXPECT_EQ(listed(open_array(folder_ / "a.png").values), (std::vector<double>{0, 12, 3, 15, 6, 18}));
  write_png(folder_ / "a.png", 1, 4, 1);
  EXPECT_EQ(listed(open_array(folder_ / "a.png").values), (std::vector<double>{0, 3, 6, 9}));
}

TEST_F(Images, JpegIsReadInColourAndGrey) {
  write_jpeg(folder_ / "a.jpg", 9, 17, {200, 30, 60});
  write_jpeg(folder_ / "b.jpeg", 4, 4, {77});
  const at::Tensor color = open_array(folder_ / "a.jpg").values, grey = open_array(folder_ / "b.jpeg").values;
  EXPECT_EQ(color.sizes(), at::IntArrayRef({3, 9, 17}));
  EXPECT_NEAR(color[0][8][16].item<int>(), 200, 2);
  EXPECT_NEAR(color[1][0][0].item<int>(), 30, 2);
  EXPECT_EQ(grey.sizes(), at::IntArrayRef({1, 4, 4}));
  EXPECT_NEAR(grey[0][3][3].item<int>(), 77, 1);
}

TEST_F(Images, ColoursAreMadeAlike) {
  write_png(folder_ / "a.png", 1, 1, 3, 100);  // 100 103 106
  write_png(folder_ / "b.png", 1, 1, 1, 9);
  EXPECT_EQ(error(), at("b.png") + ": has 1 channel (expected 3, as 'a.png'); channels = 1 or 3 makes them alike");
  const FileRows grey = read({.channels = 1});
  EXPECT_EQ(listed(grey.values), (std::vector<double>{102, 9}));  // 0.299 · 100 + 0.587 · 103 + 0.114 · 106 = 102.4
  EXPECT_EQ(grey.notes, std::vector<std::string>{folder_.path().string() + ": 1 of 2 images made grey"});
  EXPECT_EQ(listed(read({.channels = 3}).values), (std::vector<double>{100, 103, 106, 9, 9, 9}));
  EXPECT_EQ(error({.channels = 2}), "channels is 2 (expected 1 for grey or 3 for colours)");
}

/// Numbers from PyTorch's interpolate(antialias=True), rounded.
TEST_F(Images, ResizingEqualsPyTorch) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = 7;
  image.height = 5;
  image.format = PNG_FORMAT_GRAY;
  std::vector<uint8_t> pixels;
  for (int r = 0; r < 5; ++r)
    for (int c = 0; c < 7; ++c) pixels.push_back(static_cast<uint8_t>(r * 37 + c * 91 + r * c * 13));
  ASSERT_NE(png_image_write_to_file(&image, (folder_ / "a.png").c_str(), 0, pixels.data(), 0, nullptr), 0);
  write_png(folder_ / "b.png", 3, 4, 1);
  EXPECT_EQ(error(),
            at("b.png") + ": is 3 x 4 (expected 5 x 7, as 'a.png'); resize = [height, width] makes them alike");
  const FileRows rows = read({.height = 3, .width = 4});
  EXPECT_EQ(listed(rows.values[0]), (std::vector<double>{66, 145, 116, 108, 126, 142, 122, 101, 129, 143, 160, 176}));
  EXPECT_EQ(listed(rows.values[1]), (std::vector<double>{0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33}));
  EXPECT_EQ(rows.notes, std::vector<std::string>{folder_.path().string() + ": 1 of 2 images resized to 3 x 4"});
  EXPECT_EQ(read({.height = 9, .width = 3}).values[0].sum().item<int>(), 3437);
}

TEST_F(Images, DamagedOnesAreCountedAndNamed) {
  write_png(folder_ / "a.png", 8, 8, 3);
  write_jpeg(folder_ / "b.jpg", 64, 64, {1, 2, 3});
  write_png(folder_ / "c.png", 8, 8, 3);
  cut_short(folder_ / "b.jpg", 620);
  cut_short(folder_ / "c.png", 60);
  EXPECT_EQ(error(),
            folder_.path().string() +
                ": 2 of 3 files cannot be read: 'b.jpg' (image is damaged (libjpeg: Premature end of JPEG "
                "file)), 'c.png' (image is damaged (libpng: the file ends too soon)); corrupt = \"skip\" leaves "
                "such files out");
  const FileRows rows = read({.corrupt = Corrupt::skip});
  EXPECT_EQ(rows.kept, std::vector<int64_t>{0});
  EXPECT_EQ(rows.values.size(0), 1);
  EXPECT_EQ(rows.notes.at(0),
            folder_.path().string() +
                ": 2 of 3 files left out, for they cannot be read: 'b.jpg' (image is damaged (libjpeg: "
                "Premature end of JPEG file)), 'c.png' (image is damaged (libpng: the file ends too soon))");
  std::filesystem::remove(folder_ / "a.png");
  EXPECT_EQ(error({.corrupt = Corrupt::skip}).substr(folder_.path().string().size()).substr(0, 33),
            ": none of 2 files can be read: 'b");
}

TEST_F(Images, WhatIsNoImage) {
  const auto open_error = [&](const std::string& name, const std::string& bytes) {
    write_atomic(folder_ / name, bytes);
    return error_of([&] { open_array(folder_ / name); });
  };
  EXPECT_EQ(open_error("a.png", "GIF89a"), at("a.png") + ": is not a PNG image (expected its eight bytes of magic)");
  EXPECT_EQ(open_error("a.jpg", "GIF89a"), at("a.jpg") + ": is not a JPEG image (expected ff d8 at its start)");
  EXPECT_EQ(open_error("b.jpg", ""), at("b.jpg") + ": is not a JPEG image (expected ff d8 at its start)");
  write_jpeg(folder_ / "c.jpg", 8, 8, {1, 2, 3, 4});
  EXPECT_EQ(error_of([&] { open_array(folder_ / "c.jpg"); }),
            at("c.jpg") + ": image has 4 colour components (expected 1 or 3; CMYK is not read)");
}

TEST_F(Images, SizesThatAreOnlyClaimedTakeNoMemory) {
  write_png(folder_ / "a.png", 8, 8, 1);
  std::string bytes = read_text(folder_ / "a.png");
  const auto claim = [&](uint32_t height, uint32_t width) {
    for (const int shift : {24, 16, 8, 0}) {
      bytes[static_cast<size_t>(16 + (24 - shift) / 8)] = static_cast<char>(width >> shift & 0xff);
      bytes[static_cast<size_t>(20 + (24 - shift) / 8)] = static_cast<char>(height >> shift & 0xff);
    }
    const auto sum = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()) + 12, 17));
    for (const int shift : {24, 16, 8, 0})
      bytes[static_cast<size_t>(29 + (24 - shift) / 8)] = static_cast<char>(sum >> shift & 0xff);
    write_atomic(folder_ / "a.png", bytes);
    return error_of([&] { open_array(folder_ / "a.png"); });
  };
  EXPECT_EQ(claim(60'000, 60'000), at("a.png") + ": image is 60000 x 60000 (expected 1 to 67108864 pixels)");
  EXPECT_EQ(claim(8'000, 8'000), at("a.png") + ": file is cut short (" + std::to_string(bytes.size()) +
                                     " bytes cannot hold an image of 8000 x 8000)");
}

}  // namespace
}  // namespace lathe
