#include "pipeline/live_cells.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "io/cells_file.h"
#include "support/error_message.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

// A search over the fake model: raw, and quant with its bits open.
class Live : public testing::Test {
 protected:
  Live() { sweep.settings.codecs = make_codecs({"raw", "quant:level=0"}, OpenRate::kSearched); }

  // Calls `use` with a source over the folder.
  template <typename Use>
  void with_source(Use use) {
    sweep.use->reset();
    sweep.dataset.loads = 0;
    ModelSession session = fake_session(sweep.behaviour, sweep.use);
    RunRecorder recorder({"splitbench", "plan"}, sweep.sink);
    LiveCells source(session, sweep.dataset, sweep.settings, recorder);
    use(source);
  }

  Sweep sweep;
};

TEST_F(Live, LaddersAreTheWholeRateAxisAndNamedSettings) {
  with_source([](LiveCells& source) {
    std::size_t searched = 0;
    for (const Ladder& ladder : source.ladders()) {
      EXPECT_NE(ladder.split, "device-only");
      if (ladder.settings.size() == 1) continue;
      ++searched;
      ASSERT_EQ(ladder.settings.size(), 16u);
      EXPECT_EQ(ladder.settings.front(), "quant:bits=1:level=0");
      EXPECT_EQ(ladder.settings.back(), "quant:bits=16:level=0");
    }
    EXPECT_EQ(searched, 3u);  // server-only, scale, fold
    EXPECT_TRUE(source.cells().empty());
  });
  EXPECT_EQ(sweep.dataset.loads, 0u) << "nothing is captured before a cell has to be measured";
}

TEST_F(Live, CellsAreThoseOfAnySweep) {
  std::vector<Cell> asked;
  with_source([&](LiveCells& source) {
    // To and fro between splits.
    for (const char* bits : {"8", "2", "5"}) {
      for (const char* split : {"scale", "fold"}) {
        asked.push_back(source.measure(split, std::string("quant:bits=") + bits + ":level=0"));
      }
    }
    EXPECT_EQ(source.measured(), asked.size());
    source.finish();
  });
  EXPECT_EQ(sweep.dataset.loads, kImages) << "one pass over the images serves all splits";
  EXPECT_EQ(sweep.line_count(), asked.size());
  EXPECT_NE(sweep.folder.read("sweep/front.json").find("splitbench.front"), std::string::npos);
  Sweep by_hand;
  by_hand.settings.codecs = make_codecs({"quant:bits=2,5,8:level=0"});
  const std::string all = without_times(by_hand.run().cells);
  for (const Cell& cell : asked) {
    EXPECT_NE(all.find(without_times({cell})), std::string::npos) << cell.key.codec;
  }
}

TEST_F(Live, WhatIsInTheFolderIsNotMeasuredAgain) {
  with_source([](LiveCells& source) { source.measure("scale", "quant:bits=4:level=0"); });
  with_source([](LiveCells& source) {
    EXPECT_EQ(source.cells().size(), 1u);
    source.measure("scale", "quant:bits=4:level=0");
    EXPECT_EQ(source.measured(), 0u);
  });
  EXPECT_EQ(sweep.dataset.loads, 0u);
  // And an ordinary sweep goes on with it.
  sweep.settings.codecs = make_codecs({"quant:bits=4:level=0"});
  const SweepResult result = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(result.measured, result.cells.size() - 1);
}

TEST_F(Live, StopsBetweenCellsAndKeepsThem) {
  bool stop = false;
  sweep.settings.stop_requested = [&] { return stop; };
  with_source([&](LiveCells& source) {
    source.measure("scale", "quant:bits=4:level=0");
    stop = true;
    const std::string message = error_message(
        ErrorCode::kRuntime, [&] { source.measure("scale", "quant:bits=5:level=0"); });
    EXPECT_NE(message.find("1 cells are in"), std::string::npos) << message;
  });
  EXPECT_EQ(sweep.line_count(), 1u);
}

TEST_F(Live, AnotherSweepIsRefused) {
  with_source([](LiveCells& source) { source.measure("scale", "quant:bits=4:level=0"); });
  sweep.settings.seed = 7;
  const std::string message = bad_input_message([&] { with_source([](LiveCells&) {}); });
  EXPECT_NE(message.find("seed"), std::string::npos) << message;
  // `plan` names the folder with --cells, and has no --fresh.
  EXPECT_NE(message.find("--cells"), std::string::npos) << message;
  EXPECT_EQ(message.find("--fresh"), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
