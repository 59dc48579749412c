#include "pipeline/merge_sweeps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/sweep_manifest.h"
#include "support/error_message.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

// Shards of one sweep over the fake model, in folders beside each other.
class Shards {
 public:
  std::string measure(std::size_t index, std::size_t count,
                      ExistingSweep existing = ExistingSweep::kRefuse) {
    sweep.settings.shard = {index, count};
    sweep.settings.folder = folder(index);
    sweep.run(existing);
    return sweep.settings.folder;
  }
  std::vector<std::string> measure_all(std::size_t count) {
    std::vector<std::string> folders;
    for (std::size_t index = 1; index <= count; ++index) folders.push_back(measure(index, count));
    return folders;
  }
  std::string folder(std::size_t index) const {
    return sweep.folder.path("shard-" + std::to_string(index));
  }
  std::string target() const { return sweep.folder.path("merged"); }
  MergedSweep merge(const std::vector<std::string>& folders) {
    RunRecorder recorder({"splitbench", "merge"}, sweep.sink);
    return merge_sweeps(folders, target(), recorder);
  }
  std::string merge_error(const std::vector<std::string>& folders) {
    const std::string message = bad_input_message([&] { merge(folders); });
    EXPECT_FALSE(std::filesystem::exists(target())) << "something was written";
    return message;
  }
  std::vector<Cell> whole() { return Sweep().run().cells; }

  Sweep sweep;
};

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(MergeSweeps, OfShardsIsWhatOneProcessWrites) {
  for (const std::size_t count : {2, 3, 7, 9}) {  // with 9 shards of 7 cells, some are empty
    Shards shards;
    std::vector<std::string> folders = shards.measure_all(count);
    std::reverse(folders.begin(), folders.end());
    const MergedSweep merged = shards.merge(folders);
    EXPECT_EQ(without_times(merged.cells), without_times(shards.whole())) << count;
    EXPECT_EQ(without_times(read_cells(shards.target(), nullptr)), without_times(merged.cells));
    EXPECT_EQ(read_front(shards.target() + "/front.json").fronts.size(),
              pareto_fronts(shards.whole()).fronts.size());
    EXPECT_EQ(merged.repeated, 0u);
  }
}

TEST(MergeSweeps, GivesASweepThatGoesOnLikeAnyOther) {
  Shards shards;
  shards.merge(shards.measure_all(2));
  EXPECT_FALSE(read_sweep_manifest(shards.target()).shard);
  shards.sweep.settings.shard = {};
  shards.sweep.settings.folder = shards.target();
  EXPECT_EQ(shards.sweep.run(ExistingSweep::kResume).measured, 0u);
}

TEST(MergeSweeps, NamesTheShardsThatAreMissing) {
  Shards shards;
  const std::string one = shards.measure(1, 4), three = shards.measure(3, 4);
  expect_contains(shards.merge_error({one, three}), "of the shards, 2/4 and 4/4 are missing");
  expect_contains(shards.merge_error({one}), "2/4, 3/4 and 4/4 are missing");
}

TEST(MergeSweeps, NamesTheShardThatIsNotFinished) {
  Shards shards;
  const std::vector<std::string> folders = shards.measure_all(2);
  std::vector<Cell> cells = read_cells(folders[1], nullptr);
  cells.pop_back();
  write_cells(folders[1], cells);
  expect_contains(shards.merge_error(folders),
                  folders[1] + " is not finished: 1 cells of shard 2/2 are missing");
  shards.measure(2, 2, ExistingSweep::kResume);
  EXPECT_EQ(without_times(shards.merge(folders).cells), without_times(shards.whole()));
}

TEST(MergeSweeps, RefusesShardsOfDifferentSweeps) {
  const auto refusal = [](auto change) {
    Shards shards;
    const std::string one = shards.measure(1, 2);
    change(shards.sweep);
    const std::string two = shards.measure(2, 2);
    return shards.merge_error({one, two});
  };
  expect_contains(refusal([](Sweep& sweep) { sweep.settings.seed = 9; }),
                  "seed is 0 there and 9 here");
  expect_contains(refusal([](Sweep& sweep) { sweep.settings.batch = 8; }),
                  "batch is 4 there and 8 here");
  expect_contains(refusal([](Sweep& sweep) { sweep.settings.limit = 4; }),
                  "images is 10 there and 4 here");
  expect_contains(refusal([](Sweep& sweep) { sweep.settings.codecs = make_codecs({"raw"}); }),
                  "the splits and codecs that the shards divide");
  Shards shards;
  const std::string half = shards.measure(1, 2), third = shards.measure(2, 3);
  expect_contains(shards.merge_error({half, third}), "shard is 1/2 there and 1/3 here");
}

TEST(MergeSweeps, TakesAShardThatIsNamedTwiceOnce) {
  Shards shards;
  std::vector<std::string> folders = shards.measure_all(2);
  folders.push_back(folders.front());
  const MergedSweep merged = shards.merge(folders);
  EXPECT_EQ(without_times(merged.cells), without_times(shards.whole()));
  EXPECT_EQ(merged.repeated, read_cells(folders.front(), nullptr).size());
}

TEST(MergeSweeps, RefusesFoldersThatDisagreeAboutACell) {
  Shards shards;
  std::vector<std::string> folders = shards.measure_all(2);
  const std::string copy = shards.sweep.folder.path("copy");
  std::filesystem::copy(folders.front(), copy);
  std::vector<Cell> cells = read_cells(copy, nullptr);
  cells.front().payload_bytes.mean += 1;
  write_cells(copy, cells);
  folders.push_back(copy);
  expect_contains(shards.merge_error(folders),
                  "is in " + folders.front() + " and in " + copy + " with other results");
}

TEST(MergeSweeps, ACellThatFailedOnceAndNotAgainDidNotFail) {
  Shards shards;
  std::vector<std::string> folders = shards.measure_all(2);
  const std::string copy = shards.sweep.folder.path("copy");
  std::filesystem::copy(folders.front(), copy);
  std::vector<Cell> cells = read_cells(copy, nullptr);
  for (Cell& cell : cells) {
    cell.status = CellStatus::kFailed;
    cell.reason = "out of luck";
  }
  write_cells(copy, cells);
  folders.insert(folders.begin(), copy);
  const MergedSweep merged = shards.merge(folders);
  EXPECT_EQ(merged.failed, 0u);
  EXPECT_EQ(without_times(merged.cells), without_times(shards.whole()));
}

TEST(MergeSweeps, JoinsSweepsOfOtherSplitsOverTheSameImages) {
  Shards shards;
  shards.sweep.settings.split = "fold";
  const std::string one = shards.measure(1, 1);
  shards.sweep.settings.split = "scale";
  shards.sweep.settings.folder = shards.folder(2);
  shards.sweep.run();
  const MergedSweep merged = shards.merge({one, shards.folder(2)});
  EXPECT_EQ(merged.cells.size(), 7u);
  EXPECT_EQ(merged.repeated, 3u) << "server-only and device-only";
}

TEST(MergeSweeps, LeavesASweepThatIsThereAlone) {
  Shards shards;
  const std::vector<std::string> folders = shards.measure_all(2);
  shards.merge(folders);
  const std::string cells = shards.sweep.folder.read("merged/cells.jsonl");
  RunRecorder recorder({}, shards.sweep.sink);
  expect_contains(bad_input_message([&] { merge_sweeps(folders, shards.target(), recorder); }),
                  "already holds a sweep");
  expect_contains(bad_input_message([&] { merge_sweeps(folders, folders[0], recorder); }),
                  "already holds a sweep");
  EXPECT_EQ(shards.sweep.folder.read("merged/cells.jsonl"), cells);
}

TEST(MergeSweeps, BringsTheCalibrationsAlong) {
  Shards shards;
  const std::vector<std::string> folders = shards.measure_all(2);
  for (const std::string& folder : folders) {
    std::filesystem::create_directories(folder + "/calibration");
  }
  shards.sweep.folder.write("shard-1/calibration/a.bin", "one");
  shards.sweep.folder.write("shard-2/calibration/a.bin", "one");
  shards.sweep.folder.write("shard-2/calibration/b.bin", "two");
  shards.merge(folders);
  EXPECT_EQ(shards.sweep.folder.read("merged/calibration/a.bin"), "one");
  EXPECT_EQ(shards.sweep.folder.read("merged/calibration/b.bin"), "two");
}

TEST(MergeSweeps, AFolderWithoutASweepIsBadInput) {
  Shards shards;
  expect_contains(shards.merge_error({shards.sweep.folder.path("nowhere")}), "nowhere/sweep.json");
}

TEST(ShardedSweep, IsResumedAsThatShardOnly) {
  Shards shards;
  shards.measure(1, 2);
  shards.sweep.settings.shard = {2, 2};
  expect_contains(shards.sweep.run_error(ExistingSweep::kResume),
                  "shard is 1/2 there and 2/2 here");
  shards.sweep.settings.shard = {};
  expect_contains(shards.sweep.run_error(ExistingSweep::kResume),
                  "shard is 1/2 there and none here");
}

}  // namespace
}  // namespace splitbench
