// Codecs that are given a target in place of a setting, in a sweep.
#include <gtest/gtest.h>

#include "io/cells_file.h"
#include "io/sweep_manifest.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

// At `fold`, quant with few bits answers otherwise now and then.
TEST(SweepWithTargets, MeasureTheSettingsFoundOnOtherImages) {
  Sweep sweep;
  FakeDataset others(12);
  others.name = "others";
  for (Sample& sample : others.samples) {
    sample.tensor = fake_input(*sample.label, *sample.label + 0.4F);  // none of the evaluated ones
  }
  sweep.settings.calibration = &others;
  sweep.settings.split = "fold";
  sweep.settings.codecs =
      make_codecs({"quant:target-loss=0:level=0", "quant:target-bytes=23:level=0"});
  std::vector<Cell> cells;
  for (const Cell& cell : sweep.run().cells) {
    if (cell.key.split == "fold") cells.push_back(cell);
  }
  ASSERT_EQ(cells.size(), 2u);
  for (const Cell& cell : cells) {
    EXPECT_EQ(cell.status, CellStatus::kOk) << cell.reason;
    ASSERT_TRUE(cell.rate);
    EXPECT_EQ(cell.rate->images, 12u);
    EXPECT_GT(cell.rate->trials, 0u);
    EXPECT_EQ(make_codec(parse_spec(cell.rate->settings)).spec, cell.rate->settings);
    EXPECT_EQ(cell.rate->payload_bytes, cell.payload_bytes.mean) << "all tensors are alike";
  }
  EXPECT_EQ(cells[0].key.codec, "quant:level=0:target-loss=0");
  EXPECT_EQ(cells[0].accuracy.agreement, 1);
  EXPECT_EQ(cells[0].rate->estimated_loss, 0);
  // 12 bytes of stream header, 9 of range and settings: two bytes hold four values of 4 bits.
  EXPECT_EQ(cells[1].rate->settings, "quant:bits=4:level=0");
  EXPECT_LE(cells[1].payload_bytes.mean, 23);
  EXPECT_FALSE(cells[1].rate->estimated_loss);
  EXPECT_EQ(read_sweep_manifest(sweep.settings.folder).calibration_images, 12u);
  for (const Cell& cell : read_cells(sweep.settings.folder, nullptr)) {
    if (cell.key.codec == cells[1].key.codec && cell.key.split == "fold") {
      EXPECT_EQ(cell.rate->settings, cells[1].rate->settings);
    }
  }
}

TEST(SweepWithTargets, SayWhenATargetIsOutOfReachOrThereIsNothingToCalibrateOn) {
  Sweep sweep;
  sweep.settings.split = "fold";
  sweep.settings.codecs = make_codecs({"quant:target-bytes=3"});
  const SweepResult blind = sweep.run();
  EXPECT_EQ(blind.cells.at(0).status, CellStatus::kUnsupported);
  EXPECT_NE(blind.cells.at(0).reason.find("--calibration"), std::string::npos);

  FakeDataset others(12);
  others.name = "others";
  for (Sample& sample : others.samples) sample.tensor = fake_input(*sample.label, 3.25F);
  sweep.settings.calibration = &others;
  const SweepResult hopeless = sweep.run(ExistingSweep::kFresh);
  EXPECT_EQ(hopeless.cells.at(0).status, CellStatus::kUnsupported);
  EXPECT_NE(hopeless.cells.at(0).reason.find("3 bytes"), std::string::npos)
      << hopeless.cells.at(0).reason;
}

TEST(SweepWithTargets, CalibrateOnWhatTheLimitLeavesOver) {
  Sweep sweep;
  sweep.settings.split = "fold";
  sweep.settings.codecs = make_codecs({"quant:target-loss=0.5"});
  sweep.settings.calibration = &sweep.dataset;
  sweep.settings.limit = 6;
  const SweepResult result = sweep.run();
  ASSERT_TRUE(result.cells.at(0).rate) << result.cells.at(0).reason;
  EXPECT_EQ(result.cells.at(0).rate->images, kImages - 6);
}

TEST(SweepWithTargets, LeaveOutCalibrationImagesThatAreEvaluated) {
  Sweep sweep;
  FakeDataset others(kImages);  // the same inputs under another name ...
  others.name = "others";
  others.samples.push_back(others.samples.front());
  others.samples.back().tensor = fake_input(0, 7);  // ... and one more
  sweep.settings.calibration = &others;
  sweep.settings.split = "fold";
  sweep.settings.codecs = make_codecs({"quant:target-loss=0.5"});
  const SweepResult result = sweep.run();
  ASSERT_TRUE(result.cells.at(0).rate) << result.cells.at(0).reason;
  EXPECT_EQ(result.cells.at(0).rate->images, 1u);
  ASSERT_FALSE(sweep.sink.warnings.empty());
  EXPECT_NE(sweep.sink.warnings.back().find(std::to_string(kImages)), std::string::npos);
}

}  // namespace
}  // namespace splitbench
