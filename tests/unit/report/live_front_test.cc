#include "report/live_front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace splitbench {
namespace {

Cell cell_of(const std::string& codec, double payload_bytes, double loss) {
  Cell cell;
  cell.key.split = "features.4.conv.2";
  cell.key.codec = codec;
  cell.payload_bytes.mean = payload_bytes;
  cell.accuracy.loss = PairedLoss{loss, {loss, loss}};
  return cell;
}

std::vector<std::string> lines_of(const std::string& text) {
  EXPECT_TRUE(text.empty() || text.back() == '\n');
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Lines of the table of least bytes.
std::vector<std::string> table_of(const std::string& text) {
  std::vector<std::string> lines = lines_of(text);
  const auto rule = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("---  --") != std::string::npos;
  });
  return rule == lines.end() ? std::vector<std::string>()
                             : std::vector<std::string>(rule + 1, lines.end());
}

TEST(LiveFront, MarksTheFrontAmongAllCells) {
  const std::string text =
      live_front({cell_of("quant:bits=1", 10, 0.4), cell_of("quant:bits=2", 100, 0.1),
                  cell_of("jpeg:quality=1", 300, 0.2), cell_of("quant:bits=4", 1000, 0)});
  EXPECT_EQ(lines_of(text).front(), "4 cells measured; 3 on the front (o)");
  const std::string plot = text.substr(text.find('\n'), text.find("+--") - text.find('\n'));
  EXPECT_EQ(std::count(plot.begin(), plot.end(), 'o'), 3);
  // The dominated cell; the others are in the labels 40.00 % and 0.00 %.
  EXPECT_EQ(std::count(plot.begin(), plot.end(), '.'), 1 + 2);
}

TEST(LiveFront, SaysWhatIsLeastWithinALoss) {
  const std::vector<std::string> rows =
      table_of(live_front({cell_of("quant:bits=1", 10, 0.4), cell_of("quant:bits=2", 100, 0.04),
                           cell_of("quant:bits=4", 900, 0.008), cell_of("raw", 5000, 0.008)}));
  ASSERT_EQ(rows.size(), 4u) << "nothing loses nothing";
  EXPECT_NE(rows[0].find("1.00 %    900 B  0.80 %"), std::string::npos) << rows[0];
  EXPECT_NE(rows[2].find("5.00 %    100 B  4.00 %"), std::string::npos) << rows[2];
  EXPECT_NE(rows[3].find("quant:bits=2"), std::string::npos) << rows[3];
}

TEST(LiveFront, CountsWhatWasNotMeasuredAndLeavesOutDeviceOnly) {
  Cell failed = cell_of("klt", 0, 0), device_only = cell_of("none", 0, 0);
  failed.status = CellStatus::kFailed;
  device_only.key.split = "device-only";
  EXPECT_EQ(live_front({failed, failed, device_only}), "0 cells measured, 2 failed\n");
  EXPECT_EQ(live_front({}), "0 cells measured\n");
}

TEST(LiveFront, FitsATerminalWhateverTheCells) {
  std::vector<Cell> cells;
  for (int i = 0; i < 500; ++i) {
    cells.push_back(cell_of(
        "disc:deadzone=0.5:gate=0.1:mixing=learnt:step=" + std::to_string(i) + ":transform=dct",
        1 + 1e6 / (i + 1), i / 500.0));
    cells.back().key.split = std::string(60, 'x') + std::to_string(i);
  }
  const std::vector<std::string> lines = lines_of(live_front(cells));
  EXPECT_LE(lines.size(), 21u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_EQ(lines_of(live_front({cell_of("raw", 1, 0)})).size(), 1u + 12u + 7u) << "a single point";
}

}  // namespace
}  // namespace splitbench
