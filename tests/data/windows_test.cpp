/// Windows are views and line up with their labels.
#include "lathe/data/windows.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::classes;
using test::error_of;
using test::listed;

TEST(Windows, AreViewsWithOverlap) {
  const at::Tensor recording = at::arange(20, at::kDouble).reshape({2, 10});
  const at::Tensor windows = cut_windows(recording, {.length_samples = 4, .stride_samples = 3});
  ASSERT_EQ(windows.sizes(), (std::vector<int64_t>{3, 2, 4}));
  EXPECT_EQ(windows.data_ptr(), recording.data_ptr());
  EXPECT_EQ(listed(windows[2][1]), (std::vector<double>{16, 17, 18, 19}));
}

TEST(Windows, TailThatFillsNoWindowIsLeftOut) {
  EXPECT_EQ(window_count(10, {.length_samples = 4, .stride_samples = 4}), 2);
  EXPECT_EQ(window_count(4, {.length_samples = 4, .stride_samples = 9}), 1);
}

TEST(Windows, LabelsLineUp) {
  const at::Tensor labels = at::arange(10, at::kDouble);
  const at::Tensor windows = cut_labels(labels, {.length_samples = 4, .stride_samples = 3});
  EXPECT_EQ(listed(windows[1]), (std::vector<double>{3, 4, 5, 6}));
  EXPECT_EQ(windows.data_ptr(), labels.data_ptr());
}

TEST(Windows, MajorityTakesTheSmallerClassOfATie) {
  const at::Tensor labels = classes({2, 2, 1, 0, 0, 1, 1, 2, 5, 5});
  EXPECT_EQ(listed(majority_labels(labels, {.length_samples = 3, .stride_samples = 3})),
            (std::vector<double>{2, 0, 1}));
  EXPECT_EQ(listed(majority_labels(labels, {.length_samples = 4, .stride_samples = 2})),
            (std::vector<double>{2, 0, 1, 5}));
}

TEST(Windows, ThresholdCountsOnes) {
  const at::Tensor labels = test::numbers({1, 0, 0, 0, 1, 1, 0, 0});
  const WindowOptions four{.length_samples = 4, .stride_samples = 4};
  EXPECT_EQ(listed(threshold_labels(labels, four, 0.5)), (std::vector<double>{0, 1}));
  EXPECT_EQ(listed(threshold_labels(labels, four, 0.25)), (std::vector<double>{1, 1}));
  EXPECT_EQ(listed(threshold_labels(labels, four, 1.0)), (std::vector<double>{0, 0}));
}

TEST(Windows, ClassesOfWordsMayBeNone) {
  const std::vector<int64_t> labels = {1, 1, 0, 0, 2, -1, -1, -1, 2, 2, 2, 0};
  const WindowOptions four{.length_samples = 4, .stride_samples = 4};
  EXPECT_EQ(window_classes(labels, 3, four, {}), (std::vector<int64_t>{0, -1, 2}));  // the first of two equal ones
  EXPECT_EQ(window_classes(labels, 3, four, {.least = 0.75}), (std::vector<int64_t>{-1, -1, 2}));
  EXPECT_EQ(window_classes(labels, 3, four, {.least = 0.8}), (std::vector<int64_t>{-1, -1, -1}));
}

TEST(Windows, Refusals) {
  const at::Tensor recording = at::zeros({1, 10});
  EXPECT_EQ(error_of([&] { cut_windows(recording, {.length_samples = 11, .stride_samples = 1}); }),
            "windows: recording is shorter than one window (expected at least 11 samples, got 10)");
  EXPECT_EQ(error_of([&] { cut_windows(recording, {.length_samples = 0, .stride_samples = 1}); }),
            "windows: length makes no sense (expected at least 1 sample, got 0)");
  EXPECT_EQ(error_of([&] { cut_windows(recording, {.length_samples = 5, .stride_samples = 0}); }),
            "windows: stride makes no sense (expected at least 1 sample, got 0)");
  EXPECT_EQ(error_of([&] { cut_windows(recording[0], {.length_samples = 5, .stride_samples = 1}); }),
            "windows: recording has the wrong shape (expected [C, T], got 1 axes)");
  EXPECT_EQ(error_of([&] { cut_labels(recording, {.length_samples = 5, .stride_samples = 1}); }),
            "windows: labels have the wrong shape (expected [T], got 2 axes)");
  EXPECT_EQ(error_of([&] { majority_labels(recording[0], {.length_samples = 5, .stride_samples = 1}); }),
            "windows: labels have the wrong type (expected integer classes, got Float)");
  EXPECT_EQ(error_of([&] { threshold_labels(recording[0], {.length_samples = 5, .stride_samples = 1}, 0); }),
            "windows: ratio is out of range (expected more than 0 and at most 1, got 0)");
}

}  // namespace
}  // namespace lathe
