#include "pipeline/race_sweep.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <utility>

#include "io/cells_file.h"
#include "io/race_file.h"
#include "measure/memory.h"
#include "support/error_message.h"
#include "support/fake_model.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

constexpr std::size_t kRaceImages = 200;
constexpr double kMargin = 0.2;

// A codec that does what another does, and may fail.
class Mimic : public Codec {
 public:
  explicit Mimic(const std::string& spec) : other_(make_codec(parse_spec(spec))) {}
  std::string unsupported_reason(const TensorSpec& spec) const override {
    return other_.codec->unsupported_reason(spec);
  }
  Bytes encode(const Tensor& tensor) const override {
    if (++encoded > fails_after) throw bad_input("met a value it cannot code");
    return other_.codec->encode(tensor);
  }
  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    return other_.codec->decode(body, spec);
  }

  std::size_t fails_after = SIZE_MAX;
  mutable std::atomic<std::size_t> encoded{0};

 private:
  ConfiguredCodec other_;
};

// At two splits: raw is as right as quant and larger; what negates is wrong.
class RaceTest : public testing::Test {
 protected:
  RaceTest() { set_up(sweep); }

  static void set_up(Sweep& sweep) {
    sweep.settings.race = RaceChoice{RaceScope::kSplit, kMargin, {}};
    sweep.settings.split = "scale,fold,-server-only";
    sweep.settings.codecs = make_codecs({"raw", "quant:bits=4,8"});
    const auto wrong = std::make_shared<FakeCodec>();
    wrong->negates = true;
    sweep.settings.codecs.push_back(configured("wrong", wrong));
  }

  // What an undisturbed race comes to.
  static std::string expected_cells() {
    Sweep whole(kRaceImages);
    set_up(whole);
    return without_times(whole.run().cells);
  }

  std::string race_file() const { return race_path(sweep.settings.folder); }
  std::size_t kept() const {
    const std::string text = sweep.folder.read("sweep/race.jsonl");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  Sweep sweep{kRaceImages};
};

TEST_F(RaceTest, StopsCellsThatAnotherDominatesAndMeasuresTheOthersInFull) {
  const SweepResult result = sweep.run();
  Sweep plain(kRaceImages);
  set_up(plain);
  plain.settings.race.reset();
  std::map<std::string, Cell> whole;
  for (const Cell& cell : plain.run().cells) whole[cell.key.split + cell.key.codec] = cell;
  ASSERT_EQ(result.cells.size(), whole.size());
  EXPECT_EQ(result.measured, whole.size());
  std::size_t stopped = 0;
  for (const Cell& cell : result.cells) {
    if (cell.status == CellStatus::kOk) {
      const Cell& same = whole.at(cell.key.split + cell.key.codec);
      EXPECT_EQ(cell.correct_bits, same.correct_bits);
      EXPECT_EQ(cell.payload_bytes.mean, same.payload_bytes.mean);
      continue;
    }
    ASSERT_EQ(cell.status, CellStatus::kStopped);
    ASSERT_TRUE(cell.stop);
    ++stopped;
    EXPECT_EQ(cell.stop->split, cell.key.split);
    EXPECT_LT(cell.stop->evidence.accuracy.images, kRaceImages);
    EXPECT_EQ(cell.reason, stop_reason(*cell.stop));
    const Cell& own = whole.at(cell.key.split + cell.key.codec);
    const Cell& dominating = whole.at(cell.stop->split + cell.stop->codec);
    EXPECT_LE(dominating.payload_bytes.mean, own.payload_bytes.mean);
    EXPECT_GE(dominating.accuracy.agreement, own.accuracy.agreement - kMargin);
  }
  EXPECT_GE(stopped, 4u);
  EXPECT_LT(sweep.use->tail_images(), plain.use->tail_images());
  EXPECT_FALSE(std::filesystem::exists(race_file())) << "nothing is left to go on with";
}

TEST_F(RaceTest, AllSplitsMayRaceTogether) {
  sweep.settings.race->scope = RaceScope::kAll;
  std::set<std::string> running;
  for (const Cell& cell : sweep.run().cells) {
    if (cell.status == CellStatus::kOk) running.insert(cell.key.split);
  }
  EXPECT_EQ(running, (std::set<std::string>{"fold", "device-only"})) << "fold is smaller";
}

TEST_F(RaceTest, ItsSeedChangesTheOrderAndNotWhatIsMeasured) {
  const std::size_t codecs = sweep.settings.codecs.size();
  std::map<std::string, Cell> whole;
  for (const Cell& cell : sweep.run().cells) whole[cell.key.split + cell.key.codec] = cell;
  Sweep other(kRaceImages);
  set_up(other);
  other.settings.race->seed = 7;
  bool other_stops = false;
  std::size_t measured = 0;
  for (const Cell& cell : other.run().cells) {
    const Cell& same = whole.at(cell.key.split + cell.key.codec);
    EXPECT_EQ(cell.key, same.key);
    if (cell.stop && same.stop) {
      other_stops |=
          cell.stop->evidence.payload_bytes != same.stop->evidence.payload_bytes ||
          cell.stop->evidence.accuracy.images != same.stop->evidence.accuracy.images ||
          cell.stop->evidence.accuracy.only_first != same.stop->evidence.accuracy.only_first;
    }
    if (cell.status != CellStatus::kOk || same.status != CellStatus::kOk) continue;
    ++measured;
    EXPECT_EQ(cell.correct_bits, same.correct_bits);
    EXPECT_EQ(cell.payload_bytes.mean, same.payload_bytes.mean);
  }
  EXPECT_TRUE(other_stops) << "other images were seen first";
  EXPECT_GE(measured, codecs / 2);
}

TEST_F(RaceTest, ThreadsAndBatchesDoNotChangeTheCells) {
  const std::string expected = expected_cells();
  for (const int threads : {1, 4}) {
    for (const std::size_t batch : {1, 16}) {
      Sweep other(kRaceImages);
      set_up(other);
      other.settings.threads = threads;
      other.settings.batch = batch;
      EXPECT_EQ(without_times(other.run().cells), expected) << threads << " " << batch;
    }
  }
}

// Keeps memory from its first image on, as fitted codecs do: a block so large that the system gives
// it anew and takes it back.
class Hoarder : public FakeCodec {
 public:
  Bytes encode(const Tensor& tensor) const override {
    std::call_once(begun_, [this] { hoard_.assign(std::size_t{64} << 20, char{1}); });
    return FakeCodec::encode(tensor);
  }

 private:
  mutable std::once_flag begun_;
  mutable std::vector<char> hoard_;
};

TEST_F(RaceTest, BoundariesMakeRoomForWhatItKeeps) {
  const std::size_t before = peak_resident_bytes();
  if (before == 0) GTEST_SKIP() << "this kernel does not tell";
  const auto told = [](const Sweep& run) {
    return std::count_if(run.sink.notes.begin(), run.sink.notes.end(), [](const std::string& note) {
      return note.find("the race itself needs memory") != std::string::npos;
    });
  };
  Sweep roomy(kRaceImages), tight(kRaceImages);
  std::vector<std::string> cells;
  for (Sweep* either : {&roomy, &tight}) {
    set_up(*either);
    either->settings.codecs.push_back(configured("hoarder", std::make_shared<Hoarder>()));
    // What the process has held before counts, too.
    const std::size_t room = std::size_t{either == &roomy ? 4096U : 40U} << 20;
    either->settings.memory_bytes = peak_resident_bytes() + room;
    cells.push_back(without_times(either->run().cells));
  }
  EXPECT_EQ(cells[0], cells[1]);
  EXPECT_EQ(told(roomy), 0);
  EXPECT_EQ(told(tight), 1);
}

TEST_F(RaceTest, CalibratedCodecsAreMadeAnewWhereMemoryIsShort) {
  FakeDataset others(40);
  others.name = "others";
  for (std::size_t i = 0; i < others.samples.size(); ++i) {
    others.samples[i].tensor = fake_input(*others.samples[i].label, 3 + static_cast<float>(i) / 50);
  }
  std::vector<std::string> cells;
  for (const std::size_t memory_bytes : {std::size_t{1} << 34, std::size_t{0}}) {
    Sweep either(kRaceImages);
    set_up(either);
    either.settings.calibration = &others;
    either.settings.codecs = make_codecs({"raw", "clip:levels=2,4,16", "klt:step=1,2"});
    either.settings.memory_bytes = memory_bytes;
    either.settings.threads = 2;
    const SweepResult result = either.run();
    EXPECT_EQ(result.failed, 0u);
    const auto calibrated = std::count_if(
        result.cells.begin(), result.cells.end(),
        [](const Cell& cell) { return cell.status == CellStatus::kOk && cell.calibration; });
    EXPECT_GT(calibrated, 0) << "the test has something to make anew";
    cells.push_back(without_times(result.cells));
  }
  EXPECT_EQ(cells[0], cells[1]);
}

TEST_F(RaceTest, WithoutLabelsAgreementCounts) {
  for (Sample& sample : sweep.dataset.samples) sample.label.reset();
  EXPECT_EQ(without_times(sweep.run().cells), expected_cells());
}

TEST_F(RaceTest, AKilledRaceReplaysWhatWasKept) {
  const std::string expected = expected_cells();
  ExistingSweep existing = ExistingSweep::kRefuse;
  std::size_t lines = 0;
  for (const std::size_t images : {34, 300, 500}) {
    sweep.run_until_killed(images, existing);
    EXPECT_GT(kept(), lines) << images;
    lines = kept();
    existing = ExistingSweep::kResume;
  }
  EXPECT_NE(sweep.run_error().find("--resume"), std::string::npos);
  EXPECT_EQ(without_times(sweep.run(ExistingSweep::kResume).cells), expected);
  EXPECT_EQ(without_times(read_cells(sweep.settings.folder, nullptr)), expected)
      << "a cell was measured twice";
  EXPECT_FALSE(std::filesystem::exists(race_file()));
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 0u);
}

TEST_F(RaceTest, ATornLineIsMeasuredAgain) {
  const std::string expected = expected_cells();
  sweep.run_until_killed(300);
  const std::string text = sweep.folder.read("sweep/race.jsonl");
  sweep.folder.write("sweep/race.jsonl", text.substr(0, text.size() - 5));
  EXPECT_EQ(without_times(sweep.run(ExistingSweep::kResume).cells), expected);
  ASSERT_FALSE(sweep.sink.warnings.empty());
  EXPECT_NE(sweep.sink.warnings.front().find("race.jsonl: the last line was cut off"),
            std::string::npos);
}

TEST_F(RaceTest, ARequestToStopKeepsWhatIsInWork) {
  const std::string expected = expected_cells();
  for (const std::size_t lines : {0, 4, 20, 30}) {
    Sweep other(kRaceImages);
    set_up(other);
    other.settings.stop_requested = [&] {
      const std::string text = other.folder.read("sweep/race.jsonl");
      return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= lines;
    };
    const std::string message = error_message(ErrorCode::kRuntime, [&] { other.run(); });
    EXPECT_NE(message.find("repeat the command with --resume"), std::string::npos) << message;
    other.settings.stop_requested = nullptr;
    EXPECT_EQ(without_times(other.run(ExistingSweep::kResume).cells), expected) << lines;
  }
}

TEST_F(RaceTest, IsNotMixedWithOtherSweeps) {
  sweep.run();
  const auto refusal = [&] { return sweep.run_error(ExistingSweep::kResume); };
  sweep.settings.race->margin = 0.1;
  EXPECT_NE(refusal().find("margin 0.2 and alpha 0.05 there"), std::string::npos);
  sweep.settings.race->margin = kMargin;
  sweep.settings.race->scope = RaceScope::kAll;
  EXPECT_NE(refusal().find("race is 'split'"), std::string::npos);
  sweep.settings.race.reset();
  EXPECT_NE(refusal().find("and none here"), std::string::npos);
  sweep.settings.race = RaceChoice{RaceScope::kSplit, kMargin, {}};
  sweep.settings.codecs.pop_back();
  EXPECT_NE(refusal().find("the splits and codecs that race"), std::string::npos);
}

TEST_F(RaceTest, IsNotDivided) {
  sweep.settings.shard = {1, 2};
  EXPECT_NE(sweep.run_error().find("--race does not go with --shard"), std::string::npos);
}

TEST_F(RaceTest, WhatIsRefusedOrFailsAtOnceDoesNotEnter) {
  const auto vectors = std::make_shared<FakeCodec>();
  vectors->most_dimensions = 0;
  const auto broken = std::make_shared<Mimic>("raw");
  broken->fails_after = 0;
  sweep.settings.codecs.push_back(configured("vectors", vectors));
  sweep.settings.codecs.push_back(configured("broken", broken));
  const SweepResult result = sweep.run();
  std::vector<Cell> others;
  for (const Cell& cell : result.cells) {
    if (cell.key.codec == "vectors") {
      EXPECT_EQ(cell.status, CellStatus::kUnsupported);
      EXPECT_EQ(cell.reason, "takes vectors only");
    } else if (cell.key.codec == "broken") {
      EXPECT_EQ(cell.status, CellStatus::kFailed);
      EXPECT_EQ(cell.reason, "met a value it cannot code");
    } else {
      others.push_back(cell);
    }
  }
  EXPECT_EQ(without_times(others), expected_cells());
  EXPECT_EQ(result.failed, 2u);
}

// The mimic of the small quant leads, and would stop the other if it did not fail.
TEST_F(RaceTest, WhatFailsHasStoppedNothing) {
  sweep.settings.split = "fold,-server-only,-device-only";
  const auto mimic = std::make_shared<Mimic>("quant:bits=4");
  mimic->fails_after = 150;
  sweep.settings.codecs = make_codecs({"raw"});
  sweep.settings.codecs.push_back(configured("mimic", mimic));
  const SweepResult result = sweep.run();
  ASSERT_EQ(result.cells.size(), 2u);
  EXPECT_EQ(result.cells[0].status, CellStatus::kFailed);
  EXPECT_EQ(result.cells[0].key.codec, "mimic");
  EXPECT_EQ(result.cells[0].reason, "met a value it cannot code");
  EXPECT_EQ(result.cells[1].status, CellStatus::kOk) << result.cells[1].reason;
  EXPECT_EQ(result.cells[1].accuracy.images, kRaceImages);
  EXPECT_EQ(result.failed, 1u);
  mimic->fails_after = SIZE_MAX;
  sweep.settings.retry_failed = true;
  const SweepResult again = sweep.run(ExistingSweep::kResume);
  EXPECT_EQ(again.measured, 1u);
  EXPECT_EQ(again.failed, 0u);
}

TEST_F(RaceTest, AFailureOutlivesAKill) {
  sweep.settings.split = "fold,-server-only,-device-only";
  const auto mimic = std::make_shared<Mimic>("quant:bits=4");
  mimic->fails_after = 150;
  sweep.settings.codecs.push_back(configured("mimic", mimic));
  const auto statuses = [](const SweepResult& result) {
    std::map<std::string, CellStatus> by_codec;
    for (const Cell& cell : result.cells) by_codec[cell.key.codec] = cell.status;
    return by_codec;
  };
  Sweep whole(kRaceImages);
  whole.settings = sweep.settings;
  whole.settings.folder = whole.folder.path("sweep");
  const auto expected = statuses(whole.run());
  for (std::size_t images = 50; images <= 500; images += 50) {
    mimic->encoded = 0;
    sweep.sink.kill_at = images;
    try {
      sweep.run(ExistingSweep::kFresh);
    } catch (const Killed&) {
    }
    sweep.sink.kill_at = SIZE_MAX;
    EXPECT_EQ(statuses(sweep.run(ExistingSweep::kResume)), expected) << images;
  }
}

TEST_F(RaceTest, OtherImagesThanThoseOfTheRaceAreRefused) {
  sweep.run_until_killed(300);
  sweep.dataset.damaged = {3};
  EXPECT_NE(sweep.run_error(ExistingSweep::kResume).find("another order"), std::string::npos);
  sweep.dataset.damaged.clear();
  EXPECT_EQ(without_times(sweep.run(ExistingSweep::kResume).cells), expected_cells());
}

}  // namespace
}  // namespace splitbench
