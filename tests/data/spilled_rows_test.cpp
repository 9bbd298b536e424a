/// Rows that are copied into a file: the same numbers, and nothing left behind.
#include "lathe/data/spilled_rows.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>

#include "lathe/base/files.h"
#include "lathe/data/dataset.h"
#include "lathe/data/readers/npy.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

TEST(SpilledRows, AreTheSameRowsInTheOrderWanted) {
  const test::ScratchFolder folder;
  write_npy(folder / "x.npy", at::rand({7, 5, 3}));
  const at::Tensor map = open_npy(folder / "x.npy").values;
  std::filesystem::create_directories(folder / "spill");
  for (const at::Tensor& values : {map, map.transpose(1, 2)}) {
    const std::vector<int64_t> rows = {6, 0, 3, 3};
    const at::Tensor spilled = spill_rows(values, rows, folder / "spill");
    EXPECT_TRUE(at::equal(spilled, take_rows(values, rows)));
    EXPECT_TRUE(spilled.is_contiguous());
    EXPECT_TRUE(std::filesystem::is_empty(folder / "spill"));
    MappedFile::forget(spilled.const_data_ptr());
    EXPECT_TRUE(at::equal(spilled, take_rows(values, rows)));  // read again
  }
}

TEST(SpilledRows, ManyPiecesJoin) {
  const test::ScratchFolder folder;
  const at::Tensor values = at::rand({40, 1, 250'000});
  std::vector<int64_t> rows;
  for (int64_t row = 39; row >= 0; --row) rows.push_back(row);
  EXPECT_TRUE(at::equal(spill_rows(values, rows, folder.path()), values.flip({0})));
}

TEST(SpilledRows, WhatCannotBe) {
  const std::vector<int64_t> rows = {0, 9};
  EXPECT_EQ(error_of([&] { spill_rows(at::rand({2, 3}), rows, "/nowhere"); }),
            "/nowhere: cannot hold a temporary file (No such file or directory); TMPDIR names another folder");
  const test::ScratchFolder folder;
  EXPECT_EQ(error_of([&] { spill_rows(at::rand({2, 3}), rows, folder.path()); }),
            "row 9 is not there (expected 0 to 1)");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace lathe
