// Codecs whose rate axis is searched, in a sweep.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "io/cells_file.h"
#include "io/sweep_manifest.h"
#include "pipeline/merge_sweeps.h"
#include "support/error_message.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

constexpr std::size_t kPoints = 5;

// Three searches of five cells, raw three times, and device-only.
class SweepPoints : public testing::Test {
 protected:
  SweepPoints() { set_up(sweep); }

  // At `fold`, rows rise by nearly equal steps, and which is the largest takes some bits to tell.
  static void set_up(Sweep& sweep) {
    for (std::size_t i = 0; i < kImages; ++i) {
      const int answer = *sweep.dataset.samples[i].label;
      Tensor input = Tensor::allocate({DType::kF32, {1, 1, 4, 4}});
      float level = 0;
      for (int row = 0; row < 4; ++row) {
        std::fill_n(input.mutable_as<float>() + 4 * row, 4, level);
        level += row == answer ? 1 + static_cast<float>(i + 1) / 20 : 1;
      }
      sweep.dataset.samples[i].tensor = std::move(input);
    }
    sweep.settings.points = kPoints;
    sweep.settings.codecs = make_codecs({"raw", "quant:level=0"}, OpenRate::kSearched);
  }
  static std::vector<Cell> whole_cells() {
    Sweep whole;
    set_up(whole);
    return whole.run().cells;
  }

  Sweep sweep;
};

std::vector<std::string> bits_at(const std::vector<Cell>& cells, const std::string& split) {
  std::vector<std::string> bits;
  for (const Cell& cell : cells) {
    const Spec spec = parse_spec(cell.key.codec);
    if (cell.key.split == split && spec.name == "quant") bits.push_back(spec.options.at("bits"));
  }
  return bits;
}

TEST_F(SweepPoints, StartAtTheEndsOfTheAxisAndAreOrdinaryCells) {
  const SweepResult result = sweep.run();
  for (const std::string split : {"server-only", "scale", "fold"}) {
    const std::vector<std::string> bits = bits_at(result.cells, split);
    ASSERT_GE(bits.size(), 2u);
    EXPECT_LE(bits.size(), kPoints);
    EXPECT_EQ(bits[0], "16");
    EXPECT_EQ(bits[1], "1");
  }
  EXPECT_GT(bits_at(result.cells, "fold").size(), 2u) << "the test has something to find";
  Sweep by_hand;
  by_hand.settings.codecs = make_codecs({"quant:bits=16:level=0"});
  const std::string text = without_times(result.cells);
  for (const Cell& cell : by_hand.run().cells) {
    EXPECT_NE(text.find(without_times({cell})), std::string::npos) << cell.key.codec;
  }
}

TEST_F(SweepPoints, AKilledSearchGoesOnAndRepeatsNothing) {
  const std::vector<Cell> expected = whole_cells();
  for (std::size_t cells = 0; cells < expected.size(); ++cells) {
    Sweep killed;
    set_up(killed);
    killed.run_until_killed(cells);
    EXPECT_EQ(killed.line_count(), cells);
    const std::string finished = killed.lines();
    const SweepResult result = killed.run(ExistingSweep::kResume);
    EXPECT_EQ(result.measured, expected.size() - cells);
    EXPECT_EQ(killed.lines().substr(0, finished.size()), finished);
    EXPECT_EQ(without_times(result.cells), without_times(expected)) << cells;
  }
}

TEST_F(SweepPoints, AFinishedSearchRunsNoNetwork) {
  sweep.run();
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 0u);
  EXPECT_EQ(sweep.use->captured_images(), 0u);
}

TEST_F(SweepPoints, StopsOnRequestInTheMiddleOfASearch) {
  const std::string message = sweep.run_until_stopped(3);
  EXPECT_EQ(message.find("stopped as requested; 3 of "), 0u) << message;
  EXPECT_EQ(without_times(sweep.run(ExistingSweep::kResume).cells), without_times(whole_cells()));
}

TEST_F(SweepPoints, MayGrowButNotShrink) {
  sweep.settings.points = 3;
  sweep.run();
  EXPECT_EQ(read_sweep_manifest(sweep.settings.folder).points, 3u);
  sweep.settings.points = kPoints;
  const SweepResult grown = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(bits_at(grown.cells, "fold"), bits_at(whole_cells(), "fold"));
  EXPECT_EQ(read_sweep_manifest(sweep.settings.folder).points, kPoints);
  sweep.settings.points = 3;
  const std::string message = sweep.run_error(ExistingSweep::kResume);
  EXPECT_NE(message.find("points is 5 there and 3 here"), std::string::npos) << message;
  // Cells named one by one join a searched sweep like any other.
  sweep.settings.points = 0;
  sweep.settings.codecs = make_codecs({"zstd"});
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 3u);
}

TEST_F(SweepPoints, FailedCellsAreTriedAgainOnRequestOnly) {
  sweep.behaviour.wrong_tails = {"fold"};
  const std::vector<Cell> cells = sweep.run().cells;
  EXPECT_EQ(bits_at(cells, "fold").size(), 2u) << "given up";
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 0u);
  sweep.settings.retry_failed = true;
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 3u) << "once each: raw and the two ends";
  sweep.behaviour.wrong_tails.clear();
  const SweepResult retried = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(retried.failed, 0u);
  EXPECT_GT(bits_at(retried.cells, "fold").size(), kPoints) << "and that which was tried in vain";
}

TEST_F(SweepPoints, GoNeitherWithARaceNorWithShardsNorWithoutAnythingToSearch) {
  ModelSession session = fake_session(sweep.behaviour, sweep.use);
  const auto refusal = [&](const char* part) {
    const std::string message = sweep.run_error();
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_EQ(bad_input_message([&] { plan_sweep(session, sweep.dataset, sweep.settings); }),
              message);
  };
  sweep.settings.race = RaceChoice{};
  refusal("--points does not go with --race");
  sweep.settings.race.reset();
  sweep.settings.shard = {1, 2};
  refusal("--points does not go with --shard");
  sweep.settings.shard = {};
  sweep.settings.codecs = make_codecs({"raw", "quant:bits=4"}, OpenRate::kSearched);
  refusal("nothing to search");
  EXPECT_EQ(sweep.folder.entries(), 0u);
}

TEST_F(SweepPoints, ArePlannedAtTheirMost) {
  ModelSession session = fake_session(sweep.behaviour, sweep.use);
  const SweepPlan fresh = plan_sweep(session, sweep.dataset, sweep.settings);
  EXPECT_EQ(fresh.cells, 3 * (1 + kPoints) + 1);
  EXPECT_EQ(fresh.finished, 0u);
  EXPECT_GT(fresh.seconds, 0);
  sweep.run();
  sweep.settings.existing = ExistingSweep::kResume;
  const SweepPlan over = plan_sweep(session, sweep.dataset, sweep.settings);
  EXPECT_EQ(over.finished, over.cells);
}

TEST_F(SweepPoints, OfDifferentSplitsCanBeMerged) {
  std::vector<std::string> folders;
  for (const std::string split : {"scale", "fold"}) {
    sweep.settings.split = split;
    sweep.settings.folder = sweep.folder.path(split);
    sweep.settings.points = split == "fold" ? kPoints : 3;
    sweep.run();
    folders.push_back(sweep.settings.folder);
  }
  RunRecorder recorder({"splitbench", "merge"}, sweep.sink);
  const MergedSweep merged = merge_sweeps(folders, sweep.folder.path("merged"), recorder);
  EXPECT_EQ(bits_at(merged.cells, "fold"), bits_at(whole_cells(), "fold"));
  EXPECT_EQ(read_sweep_manifest(sweep.folder.path("merged")).points, kPoints);
}

}  // namespace
}  // namespace splitbench
