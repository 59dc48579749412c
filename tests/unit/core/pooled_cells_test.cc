#include "core/pooled_cells.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace splitbench {
namespace {

Cell cell(const std::string& dataset, std::size_t images, const std::string& codec, double bytes,
          double loss) {
  Cell cell;
  cell.key = {"model", "a", codec, dataset, images, 0};
  cell.payload_bytes = {bytes, bytes, bytes, 2 * bytes};
  cell.accuracy.loss = PairedLoss{loss, {loss - 0.03, loss + 0.05}};
  cell.accuracy.agreement = 1 - loss;
  return cell;
}

TEST(PooledCells, AreMeansOverAllImages) {
  const std::vector<Cell> pooled =
      pooled_cells({{cell("one", 100, "jpeg", 10, 0.02)}, {cell("two", 300, "jpeg", 30, -0.02)}});
  ASSERT_EQ(pooled.size(), 1U);
  EXPECT_EQ(pooled[0].key.images, 400U);
  EXPECT_EQ(pooled[0].key.codec, "jpeg");
  EXPECT_DOUBLE_EQ(pooled[0].payload_bytes.mean, 25);
  EXPECT_DOUBLE_EQ(pooled[0].payload_bytes.max, 60);
  EXPECT_DOUBLE_EQ(pooled[0].accuracy.loss->loss, -0.01);
  EXPECT_DOUBLE_EQ(pooled[0].accuracy.agreement, 1.01);
  // Independent: 0.04 sqrt(1 + 9) / 4 on either side of the centre.
  const double half = 0.01 * std::sqrt(10.0);
  EXPECT_NEAR(pooled[0].accuracy.loss->ci95.low, 0 - half, 1e-12);
  EXPECT_NEAR(pooled[0].accuracy.loss->ci95.high, 0 + half, 1e-12);
}

TEST(PooledCells, LeaveOutWhatOneSweepLacks) {
  Cell failed = cell("two", 10, "klt", 1, 0);
  failed.status = CellStatus::kFailed;
  const std::vector<Cell> pooled = pooled_cells(
      {{cell("one", 10, "klt", 1, 0), cell("one", 10, "jpeg", 2, 0), cell("one", 10, "webp", 3, 0)},
       {failed, cell("two", 10, "webp", 3, 0)}});
  ASSERT_EQ(pooled.size(), 1U);
  EXPECT_EQ(pooled[0].key.codec, "webp");
  EXPECT_TRUE(pooled_cells({}).empty());
}

TEST(PooledCells, RefuseImagesThatWouldCountTwiceAndOtherModels) {
  const Cell one = cell("one", 10, "klt", 1, 0);
  EXPECT_THROW(pooled_cells({{one}, {one}}), Error);
  Cell other = cell("two", 10, "klt", 1, 0);
  other.key.model = "another";
  EXPECT_THROW(pooled_cells({{one}, {other}}), Error);
}

}  // namespace
}  // namespace splitbench
