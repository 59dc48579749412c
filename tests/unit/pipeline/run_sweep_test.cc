#include "pipeline/run_sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <numeric>

#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/sweep_manifest.h"
#include "pipeline/sweep_folder.h"
#include "support/error_message.h"
#include "support/fake_model.h"
#include "support/fake_sweep.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

std::vector<std::string> names(const std::vector<Cell>& cells) {
  std::vector<std::string> found;
  for (const Cell& cell : cells) found.push_back(cell.key.split + " " + cell.key.codec);
  return found;
}

TEST(RunSweep, MeasuresEveryCodecAtEverySplitAndDeviceOnlyOnce) {
  Sweep sweep;
  const SweepResult result = sweep.run();
  const std::string raw = "raw:dtype=fp32";
  const std::string quant = sweep.settings.codecs[1].spec;
  EXPECT_EQ(names(result.cells),
            (std::vector<std::string>{"server-only " + raw, "server-only " + quant, "scale " + raw,
                                      "scale " + quant, "fold " + raw, "fold " + quant,
                                      "device-only none"}));
  EXPECT_EQ(result.measured, 7u);
  EXPECT_EQ(result.failed, 0u);
  EXPECT_TRUE(result.skipped.empty());
  for (const Cell& cell : result.cells) {
    EXPECT_EQ(cell.status, CellStatus::kOk) << cell.reason;
    EXPECT_EQ(cell.key.model, std::string(64, 'f'));
    EXPECT_EQ(cell.key.dataset, "fake-set");
    EXPECT_EQ(cell.key.images, kImages);
    EXPECT_EQ(cell.accuracy.images, kImages);
  }
}

TEST(RunSweep, RunsTheHeadOncePerImageForAllSplitsAndCodecs) {
  Sweep sweep;
  sweep.run();
  EXPECT_EQ(sweep.use->capture_batches(), std::vector<std::size_t>(kImages, 1));
  EXPECT_EQ(sweep.dataset.loads, kImages);
}

TEST(RunSweep, ANetworkWithABatchOfOneGivesTheSameCells) {
  Sweep sweep;
  sweep.behaviour.any_batch = false;
  const SweepResult result = sweep.run();
  EXPECT_EQ(without_times(result.cells), without_times(Sweep().run().cells));
}

TEST(RunSweep, WritesCellsFrontAndManifest) {
  Sweep sweep;
  const SweepResult result = sweep.run();
  EXPECT_EQ(without_times(read_cells(sweep.settings.folder, nullptr)), without_times(result.cells));
  const FrontSet fronts = read_front(sweep.settings.folder + "/front.json");
  ASSERT_FALSE(fronts.fronts.empty());
  EXPECT_EQ(fronts.fronts.front().scope, "all");
  const SweepManifest manifest = read_sweep_manifest(sweep.settings.folder);
  EXPECT_EQ(manifest.dataset, "fake-set");
  EXPECT_EQ(manifest.images, kImages);
  EXPECT_EQ(manifest.input_shape, "1x1x4x4");
}

TEST(RunSweep, ThreadsAndBatchesDoNotChangeTheCells) {
  const std::string expected = without_times(Sweep().run().cells);
  for (const int threads : {1, 4}) {
    for (const std::size_t batch : {1, 3, 64}) {
      Sweep sweep;
      sweep.settings.threads = threads;
      sweep.settings.batch = batch;
      EXPECT_EQ(without_times(sweep.run().cells), expected) << threads << " " << batch;
      EXPECT_EQ(sweep.use->captured_images(), kImages);
    }
  }
}

TEST(RunSweep, BoundariesOnDiskGiveTheSameCells) {
  Sweep in_memory, on_disk;
  on_disk.settings.memory_bytes = 0;
  EXPECT_EQ(without_times(on_disk.run().cells), without_times(in_memory.run().cells));
}

TEST(RunSweep, ABatchCountsOnlyWhereTheNetworkTakesMoreThanOne) {
  Sweep sweep;
  sweep.behaviour.any_batch = false;
  sweep.run();
  EXPECT_EQ(read_sweep_manifest(sweep.settings.folder).batch, 1u);
  sweep.settings.batch = 8;
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 0u);
}

TEST(RunSweep, ALimitDrawsImagesBySeed) {
  Sweep sweep;
  sweep.settings.limit = 3;
  const SweepResult result = sweep.run();
  EXPECT_EQ(sweep.use->captured_images(), 3u);
  EXPECT_EQ(result.cells.front().key.images, 3u);
  EXPECT_EQ(result.cells.front().accuracy.images, 3u);
}

TEST(RunSweep, UnsupportedCellsHaveAReasonAndAreNoFailure) {
  Sweep sweep;
  const auto vectors = std::make_shared<FakeCodec>();
  vectors->most_dimensions = 2;
  sweep.settings.codecs = {configured("vectors", vectors)};
  const SweepResult result = sweep.run();
  ASSERT_EQ(result.cells.size(), 4u);
  EXPECT_EQ(result.failed, 0u);
  EXPECT_EQ(result.cells[1].status, CellStatus::kUnsupported);
  EXPECT_EQ(result.cells[1].reason, "takes vectors only");
  EXPECT_EQ(result.cells[2].status, CellStatus::kOk);
  EXPECT_EQ(sweep.line_count(), 4u);
}

TEST(RunSweep, AFailingCellIsDataAndTheSweepGoesOn) {
  Sweep sweep;
  const auto failing = std::make_shared<FakeCodec>();
  failing->fails_at = kImages + 2;  // in the second of its cells
  sweep.settings.codecs = {configured("failing", failing), make_codec(parse_spec("raw"))};
  const SweepResult result = sweep.run();
  EXPECT_EQ(result.failed, 1u);
  EXPECT_EQ(result.cells[2].status, CellStatus::kFailed);
  EXPECT_EQ(result.cells[2].reason, "met a value it cannot code");
  EXPECT_EQ(std::count_if(result.cells.begin(), result.cells.end(),
                          [](const Cell& cell) { return cell.status == CellStatus::kOk; }),
            6);
}

TEST(RunSweep, FailedCellsAreMeasuredAgainOnlyOnRequest) {
  Sweep sweep;
  const auto failing = std::make_shared<FakeCodec>();
  failing->fails_at = 1;  // never again
  sweep.settings.codecs = {configured("failing", failing)};
  EXPECT_EQ(sweep.run().failed, 1u);
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 0u);
  sweep.settings.retry_failed = true;
  const SweepResult retried = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(retried.measured, 1u);
  EXPECT_EQ(retried.failed, 0u);
  EXPECT_EQ(retried.cells.size(), 4u) << "the new cell replaces the failed one";
  EXPECT_EQ(sweep.line_count(), 5u) << "the file keeps both";
  sweep.settings.retry_failed = false;
  EXPECT_EQ(without_times(sweep.run(ExistingSweep::kResume).cells), without_times(retried.cells));
}

TEST(RunSweep, DamagedImagesAreLeftOutOfEveryCell) {
  Sweep sweep;
  sweep.dataset.damaged = {1, 9};
  const SweepResult result = sweep.run();
  ASSERT_EQ(result.skipped.size(), 2u);
  EXPECT_EQ(result.skipped[0].index, 1u);
  EXPECT_EQ(result.skipped[0].reason, "sample 1: is damaged");
  for (const Cell& cell : result.cells) {
    EXPECT_EQ(cell.status, CellStatus::kOk);
    EXPECT_EQ(cell.accuracy.images, kImages - 2);
  }
  EXPECT_EQ(sweep.sink.warnings.front(), "left out: sample 1: is damaged");
}

TEST(RunSweep, ManyDamagedImagesAreNamedOnceAndCounted) {
  Sweep sweep(40);
  for (std::size_t i = 1; i < 40; ++i) sweep.dataset.damaged.insert(i);
  EXPECT_EQ(sweep.run().skipped.size(), 39u);
  EXPECT_EQ(sweep.sink.warnings.size(), 11u);
  EXPECT_EQ(sweep.sink.warnings.back(), "39 images in all were left out");
}

TEST(RunSweep, NotOneReadableImageIsAnError) {
  Sweep sweep;
  for (std::size_t i = 0; i < kImages; ++i) sweep.dataset.damaged.insert(i);
  EXPECT_EQ(sweep.run_error(),
            "fake-set: not one image could be read (the first: sample 0: is damaged)");
}

TEST(RunSweep, ALabelOutOfRangeIsAnErrorBeforeAnythingIsMeasured) {
  Sweep by_output;
  by_output.dataset.samples[4].label = 3;
  EXPECT_EQ(by_output.run_error(),
            "a label is 3, but the model gives 3 scores (0 to 2); the dataset does not belong to "
            "this model");
  EXPECT_EQ(by_output.lines(), "");
  Sweep by_class;
  by_class.classes = {"a", "b"};
  EXPECT_EQ(by_class.run_error(),
            "sample 2: label 2 is out of range, the model has 2 classes (0 to 1)");
}

TEST(RunSweep, WithoutLabelsAccuracyIsAgreementAndSaysSo) {
  Sweep sweep;
  for (Sample& sample : sweep.dataset.samples) sample.label.reset();
  const SweepResult result = sweep.run();
  EXPECT_FALSE(result.cells.front().accuracy.top1);
  EXPECT_EQ(result.cells.front().accuracy.agreement, 1);
  EXPECT_EQ(sweep.sink.warnings,
            (std::vector<std::string>{
                "the images have no labels: accuracy is agreement with the uncompressed model"}));
}

TEST(ResumeSweep, FinishesExactlyTheOpenCells) {
  Sweep whole;
  const std::string expected = without_times(whole.run().cells);
  for (std::size_t killed_after = 0; killed_after < 7; ++killed_after) {
    SCOPED_TRACE("killed after " + std::to_string(killed_after) + " cells");
    Sweep sweep;
    sweep.run_until_killed(killed_after);
    EXPECT_EQ(sweep.line_count(), killed_after);
    const std::string finished = sweep.lines();
    const SweepResult result = sweep.run(ExistingSweep::kResume);
    EXPECT_EQ(result.measured, 7 - killed_after);
    EXPECT_EQ(without_times(result.cells), expected);
    EXPECT_EQ(sweep.line_count(), 7u);
    EXPECT_EQ(sweep.lines().substr(0, finished.size()), finished) << "a finished cell was touched";
  }
}

TEST(ResumeSweep, AFinishedSweepRunsNoNetwork) {
  Sweep sweep;
  sweep.run();
  const std::string lines = sweep.lines();
  const SweepResult result = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(result.measured, 0u);
  EXPECT_EQ(result.cells.size(), 7u);
  EXPECT_EQ(sweep.use->captured_images(), 0u);
  EXPECT_EQ(sweep.lines(), lines);
}

TEST(ResumeSweep, MoreCodecsAreAddedToTheSameFolder) {
  Sweep sweep;
  sweep.run();
  sweep.settings.codecs = make_codecs({"raw", "zstd", "quant:bits=4"});
  const SweepResult result = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(result.measured, 3u);
  EXPECT_EQ(result.cells.size(), 10u);
}

TEST(ResumeSweep, ATornLastLineIsMeasuredAgain) {
  Sweep sweep;
  const std::string expected = without_times(sweep.run().cells);
  const std::string lines = sweep.lines();
  std::filesystem::resize_file(sweep.folder.path("sweep/cells.jsonl"), lines.size() - 40);
  const SweepResult result = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(result.measured, 1u);
  EXPECT_EQ(without_times(result.cells), expected);
  EXPECT_EQ(sweep.line_count(), 7u);
  ASSERT_EQ(sweep.sink.warnings.size(), 1u);
  EXPECT_NE(sweep.sink.warnings[0].find("the last line was cut off by a kill"), std::string::npos);
}

TEST(ResumeSweep, AnEmptyFolderIsSimplyMeasured) {
  Sweep sweep;
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 7u);
}

TEST(StoppedSweep, FinishesTheCellInFlightAndSaysHowToGoOn) {
  Sweep whole;
  const std::string expected = without_times(whole.run().cells);
  for (std::size_t cells = 0; cells < 7; ++cells) {
    Sweep sweep;
    EXPECT_EQ(sweep.run_until_stopped(cells), "stopped as requested; " + std::to_string(cells) +
                                                  " of 7 cells are in " + sweep.settings.folder +
                                                  ", repeat the command with --resume to go on");
    EXPECT_EQ(sweep.line_count(), cells);
    if (cells > 0) {
      EXPECT_FALSE(read_front(sweep.settings.folder + "/front.json").fronts.empty());
    } else {
      EXPECT_EQ(sweep.use->captured_images(), 0u) << "it does not wait for a first cell";
    }
    const SweepResult result = sweep.run(ExistingSweep::kResume);
    EXPECT_EQ(result.measured, 7 - cells);
    EXPECT_EQ(without_times(result.cells), expected);
  }
}

TEST(StoppedSweep, ARequestAfterTheLastCellChangesNothing) {
  Sweep sweep;
  sweep.settings.stop_requested = [&] { return sweep.line_count() == 7; };
  EXPECT_EQ(sweep.run().cells.size(), 7u);
}

TEST(ExistingSweepFolder, IsRefusedWithoutSayingWhatToDoWithIt) {
  Sweep sweep;
  sweep.run();
  const std::string lines = sweep.lines();
  const std::string message = sweep.run_error();
  EXPECT_NE(message.find("already holds a sweep; go on with --resume, start over with --fresh"),
            std::string::npos);
  EXPECT_EQ(sweep.lines(), lines);
}

TEST(ExistingSweepFolder, OfARunThatMeasuredNothingIsUsedAgain) {
  Sweep sweep;
  sweep.settings.split = "folt";
  EXPECT_NE(sweep.run_error().find("did you mean 'fold'?"), std::string::npos);
  sweep.settings.split = "all";
  sweep.dataset.samples[4].label = 3;
  EXPECT_NE(sweep.run_error(), "");
  sweep.dataset.samples[4].label = 1;
  sweep.settings.seed = 3;
  EXPECT_EQ(sweep.run().measured, 7u);
  EXPECT_EQ(read_sweep_manifest(sweep.settings.folder).seed, 3u);
}

TEST(ExistingSweepFolder, FreshStartsOver) {
  Sweep sweep;
  sweep.run();
  sweep.settings.codecs = make_codecs({"zstd"});
  sweep.settings.seed = 5;
  const SweepResult result = sweep.run(ExistingSweep::kFresh);
  EXPECT_EQ(result.measured, 4u);
  EXPECT_EQ(result.cells.size(), 4u);
  EXPECT_EQ(sweep.line_count(), 4u);
  EXPECT_EQ(read_sweep_manifest(sweep.settings.folder).seed, 5u);
}

TEST(ExistingSweepFolder, OfAnotherSweepIsNotResumed) {
  struct Change {
    std::string what;
    std::function<void(Sweep&)> apply;
  };
  FakeDataset some(3);
  some.name = "some";
  const std::vector<Change> changes = {
      {"seed is 0 there and 9 here", [](Sweep& sweep) { sweep.settings.seed = 9; }},
      {"images is 10 there and 5 here", [](Sweep& sweep) { sweep.settings.limit = 5; }},
      {"batch is 4 there and 8 here", [](Sweep& sweep) { sweep.settings.batch = 8; }},
      {"output is '0' there and '1' here", [](Sweep& sweep) { sweep.settings.output = "1"; }},
      {"dataset is 'fake-set' there and 'other' here",
       [](Sweep& sweep) { sweep.dataset.name = "other"; }},
      {"calibration is '' there and 'some' here",
       [&](Sweep& sweep) { sweep.settings.calibration = &some; }},
  };
  for (const Change& change : changes) {
    Sweep sweep;
    sweep.run();
    const std::string lines = sweep.lines();
    change.apply(sweep);
    const std::string message = sweep.run_error(ExistingSweep::kResume);
    EXPECT_NE(message.find(change.what), std::string::npos) << message;
    EXPECT_EQ(sweep.lines(), lines);
  }
}

TEST(ExistingSweepFolder, ADamagedManifestOrCellIsAnErrorAndStays) {
  Sweep sweep;
  sweep.run();
  const std::string lines = sweep.lines();
  sweep.folder.write("sweep/cells.jsonl", "{\"broken\n" + lines);
  EXPECT_NE(sweep.run_error(ExistingSweep::kResume).find("cells.jsonl line 1"), std::string::npos);
  EXPECT_EQ(sweep.lines(), "{\"broken\n" + lines);
  sweep.folder.write("sweep/sweep.json", "{}");
  EXPECT_NE(sweep.run_error(ExistingSweep::kResume).find("sweep.json"), std::string::npos);
}

TEST(ExistingSweepFolder, IsLockedWhileItIsWorkedIn) {
  Sweep sweep;
  sweep.run();
  const SweepManifest manifest = read_sweep_manifest(sweep.settings.folder);
  {
    RunRecorder recorder({}, sweep.sink);
    const SweepFolder working(sweep.settings.folder, manifest, ExistingSweep::kResume, recorder);
    for (const ExistingSweep existing :
         {ExistingSweep::kRefuse, ExistingSweep::kResume, ExistingSweep::kFresh}) {
      EXPECT_NE(sweep.run_error(existing).find("another splitbench is at work in this folder"),
                std::string::npos);
    }
    EXPECT_EQ(sweep.line_count(), 7u);
  }
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).cells.size(), 7u);
}

TEST(ExistingSweepFolder, ThatCannotBeMadeIsBadInput) {
  Sweep sweep;
  sweep.folder.write("file", "");
  sweep.settings.folder = sweep.folder.path("file/sweep");
  EXPECT_NE(sweep.run_error().find("cannot write there"), std::string::npos);
  EXPECT_EQ(sweep.dataset.loads, 0u) << "refused before any work";
}

TEST(PlanSweep, CountsWhatWouldBeMeasured) {
  Sweep sweep;
  ModelSession session = fake_session(sweep.behaviour, sweep.use);
  const SweepPlan fresh = plan_sweep(session, sweep.dataset, sweep.settings);
  EXPECT_EQ(fresh.splits, 4u);
  EXPECT_EQ(fresh.cells, 7u);
  EXPECT_EQ(fresh.finished, 0u);
  EXPECT_EQ(fresh.images, kImages);
  EXPECT_GT(fresh.seconds, 0);
  EXPECT_EQ(sweep.folder.entries(), 0u) << "planning writes nothing";

  sweep.settings.existing = ExistingSweep::kResume;
  EXPECT_EQ(plan_sweep(session, sweep.dataset, sweep.settings).finished, 0u) << "nothing is there";
  sweep.run_until_killed(3);
  sweep.settings.existing = ExistingSweep::kResume;
  EXPECT_EQ(plan_sweep(session, sweep.dataset, sweep.settings).finished, 3u);
}

TEST(PlanSweep, OfAShardCountsItsCells) {
  Sweep sweep;
  ModelSession session = fake_session(sweep.behaviour, sweep.use);
  std::size_t cells = 0;
  for (const std::size_t index : {1, 2}) {
    sweep.settings.shard = {index, 2};
    cells += plan_sweep(session, sweep.dataset, sweep.settings).cells;
  }
  EXPECT_EQ(cells, 7u);
}

}  // namespace
}  // namespace splitbench
