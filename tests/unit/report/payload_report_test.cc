#include "report/payload_report.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace splitbench {
namespace {

Cell cell(const std::string& split, const std::string& codec, double bytes, double loss) {
  Cell cell;
  cell.key.split = split;
  cell.key.codec = codec;
  cell.payload_bytes.mean = bytes;
  cell.accuracy.loss = PairedLoss{loss, {loss - 0.01, loss + 0.01}};
  cell.accuracy.agreement = 1 - 2 * loss;
  return cell;
}

std::vector<Cell> sweep() {
  std::vector<Cell> cells = {
      cell("a", "jpeg:quality=10", 100, 0.2), cell("a", "jpeg:quality=50", 500, 0.01),
      cell("a", "jpeg:quality=90", 900, 0),   cell("a", "klt:step=1", 70, 0.005),
      cell("b", "klt:step=1", 40, 0.05),      cell("device-only", "none", 0, 0),
  };
  cells.push_back(cell("b", "jpeg:quality=10", 1, 0));
  cells.back().status = CellStatus::kFailed;
  return cells;
}

TEST(PayloadReport, TakesTheSmallestSettingWithinTheLoss) {
  const std::string csv = render_payloads(sweep(), {{0, 0.01}, {}}, {}, ReportFormat::kCsv);
  EXPECT_EQ(csv,
            "max_loss,min_agreement,split,codec,payload_bytes,accuracy_loss,accuracy_loss_ci95_low,"
            "accuracy_loss_ci95_high,agreement,settings,calibration_bytes\r\n"
            "0,,a,jpeg:quality=90,900,0,-0.01,0.01,1,jpeg:quality=90,\r\n"
            "0.01,,a,jpeg:quality=50,500,0.01,0,0.02,0.98,jpeg:quality=50,\r\n"
            "0.01,,a,klt:step=1,70,0.005,-0.005,0.015,0.99,klt:step=1,\r\n");
}

TEST(PayloadReport, ComparesAtEqualAgreementToo) {
  const std::string csv = render_payloads(sweep(), {{}, {0.9}}, {}, ReportFormat::kCsv);
  EXPECT_NE(csv.find("\r\n,0.9,a,jpeg:quality=50,500,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\r\n,0.9,b,klt:step=1,40,"), std::string::npos) << csv;
  EXPECT_EQ(csv.find("quality=10"), std::string::npos) << csv;
  const std::string text = render_payloads(sweep(), {{}, {0.98}}, {}, ReportFormat::kText);
  EXPECT_NE(text.find("At least 98 % of answers unchanged"), std::string::npos) << text;
}

TEST(PayloadReport, HasATableForEachLoss) {
  const std::string text = render_payloads(sweep(), {{0.01, 0.1}, {}}, {}, ReportFormat::kText);
  EXPECT_NE(text.find("At most 1 points of loss"), std::string::npos) << text;
  EXPECT_NE(text.find("At most 10 points of loss"), std::string::npos) << text;
  EXPECT_EQ(text.find("device-only"), std::string::npos) << text;
  const std::size_t second = text.find("At most 10");
  EXPECT_NE(text.find("40", second), std::string::npos) << text;
  EXPECT_EQ(text.find("40"), text.find("40", second)) << text;
}

// Where cells end up in a sweep depends on which worker was faster.
TEST(PayloadReport, SplitsComeAsInTheNetwork) {
  const std::vector<Cell> cells = {cell("b", "klt:step=1", 40, 0), cell("stray", "png", 1, 0),
                                   cell("a", "png", 50, 0), cell("server-only", "png", 70, 0)};
  const auto order = [&](const std::vector<std::string>& network) {
    const std::string csv = render_payloads(cells, {{0.1}, {}}, network, ReportFormat::kCsv);
    std::vector<std::pair<std::size_t, std::string>> places;
    for (const Cell& cell : cells) {
      places.emplace_back(csv.find("," + cell.key.split + ","), cell.key.split);
    }
    std::sort(places.begin(), places.end());
    std::string text;
    for (const auto& [at, split] : places) text += split + " ";
    return text;
  };
  EXPECT_EQ(order({"server-only", "a", "b", "device-only"}), "server-only a b stray ");
  EXPECT_EQ(order({}), "server-only b stray a ");
}

}  // namespace
}  // namespace splitbench
