#include "io/plain_cell.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/rng.h"
#include "io/cells_file.h"

namespace splitbench {
namespace {

Cell measured_cell() {
  Cell cell;
  cell.key = {
      std::string(64, 'a'), "layer2.0.relu", "jpeg:quality=80", "tensors:file=x.npy", 12, 7};
  cell.payload_bytes = {1234.5, 1200, 1500.25, 1e6};
  cell.boundary_bytes = 50176;
  cell.ratio = 1234.5 / 50176;
  cell.encode = {1.25e-5, 0.002};
  cell.decode = {0, 3e-300};
  cell.accuracy.top1 = 0.75;
  cell.accuracy.baseline_top1 = 1;
  cell.accuracy.loss = PairedLoss{-0.25, {-0.5, 0.1}};
  cell.accuracy.agreement = 0.5;
  cell.accuracy.images = 12;
  cell.accuracy.mcnemar_p = 0.3;
  cell.correct_bits = {0xff, 0x01};
  return cell;
}

void expect_same(const std::string& line) {
  const auto plain = plain_cell(line);
  ASSERT_TRUE(plain) << line;
  EXPECT_EQ(cell_line(*plain), cell_line(parse_cell_line(line, "here")));
}

TEST(PlainCell, ReadsWhatIsWritten) {
  Cell cell = measured_cell();
  expect_same(cell_line(cell));
  cell.accuracy.top1.reset();  // without labels
  cell.accuracy.baseline_top1.reset();
  cell.accuracy.loss.reset();
  cell.accuracy.mcnemar_p.reset();
  cell.accuracy.agreement = 0.75;
  expect_same(cell_line(cell));
}

TEST(PlainCell, LeavesTheRestToTheReaderThatKnowsWhy) {
  Cell cell = measured_cell();
  cell.key.split = "caf\xc3\xa9";
  EXPECT_FALSE(plain_cell(cell_line(cell)));
  cell = measured_cell();
  cell.calibration = CellCalibration{1, 2, "f"};
  EXPECT_FALSE(plain_cell(cell_line(cell)));
  cell = measured_cell();
  cell.status = CellStatus::kFailed;
  EXPECT_FALSE(plain_cell(cell_line(cell)));
  std::string line = cell_line(measured_cell());
  line.replace(line.find("0.75"), 4, "0.50");  // not what the bits say
  EXPECT_FALSE(plain_cell(line));
  line = cell_line(measured_cell());
  line.insert(line.find("\"status\""), "\"ratio\":1,");  // twice
  EXPECT_FALSE(plain_cell(line));
  for (const char* text : {"", "{}", "[]", "{\"key\":{}}", "{\"key\":"}) {
    EXPECT_FALSE(plain_cell(text)) << text;
  }
}

// Whatever it accepts, the reader of everything reads the same.
TEST(PlainCell, NeverReadsAnythingElse) {
  const std::string line = cell_line(measured_cell());
  const std::string letters = "\"{}[],:.-+0123456789eE \\/nulltrfas\n\x80";
  Rng rng(8);
  std::size_t accepted = 0;
  for (int i = 0; i < 30000; ++i) {
    std::string changed = line;
    for (std::size_t k = 0; k <= rng.below(3); ++k) {
      const std::size_t at = rng.below(changed.size());
      const char letter = letters[rng.below(letters.size())];
      switch (rng.below(3)) {
        case 0:
          changed[at] = letter;
          break;
        case 1:
          changed.insert(at, 1, letter);
          break;
        default:
          changed.erase(at, 1 + rng.below(4));
      }
    }
    const auto plain = plain_cell(changed);
    if (!plain) continue;
    ++accepted;
    ASSERT_NO_THROW(EXPECT_EQ(cell_line(*plain), cell_line(parse_cell_line(changed, "here"))))
        << changed;
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace splitbench
