// Sweeps with learned codecs.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "io/sweep_manifest.h"
#include "pipeline/merge_sweeps.h"
#include "pipeline/profile_model.h"
#include "support/fake_bottleneck.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

using testing::fold_bottleneck;
using testing::opened_codec;

Bottleneck with_inverting_tail() {
  Bottleneck bottleneck = fold_bottleneck();
  bottleneck.tail = {testing::archive_of("invert"), 3, 8};
  return bottleneck;
}

// As opened_codec(fold_bottleneck()) by name, of another file.
ConfiguredCodec retrained_codec() {
  auto other = std::make_shared<OpenBottleneck>();
  other->about = testing::opened(fold_bottleneck())->about;
  other->sha256 = std::string(64, 'b');
  other->encoder = testing::fake_network("fold");
  other->decoder = testing::fake_network("unfold");
  return with_bottleneck(make_codec(parse_spec("bottlefit:file=b")), other);
}

std::map<std::string, Cell> by_split(const SweepResult& result, const std::string& codec) {
  std::map<std::string, Cell> cells;
  for (const Cell& cell : result.cells) {
    if (cell.key.codec == codec) cells[cell.key.split] = cell;
  }
  return cells;
}

TEST(SweepBottlenecks, StandAtTheSplitOfTheirDecoder) {
  Sweep sweep;
  sweep.settings.codecs = {make_codec(parse_spec("raw")), opened_codec(fold_bottleneck())};
  const SweepResult result = sweep.run();
  EXPECT_EQ(result.failed, 0U);
  const auto cells = by_split(result, "bottlefit:file=b");
  ASSERT_EQ(cells.size(), 3U);
  for (const char* split : {"server-only", "scale"}) {
    EXPECT_EQ(cells.at(split).status, CellStatus::kUnsupported);
    EXPECT_EQ(cells.at(split).reason,
              "stands at split fold (its encoder takes the network's input)");
    EXPECT_FALSE(cells.at(split).bottleneck);
  }
  const Cell& cell = cells.at("fold");
  ASSERT_EQ(cell.status, CellStatus::kOk) << cell.reason;
  EXPECT_EQ(cell.accuracy.top1, 1.0) << "it loses next to nothing";
  EXPECT_EQ(cell.boundary_bytes, 16U);
  EXPECT_GT(cell.payload_bytes.mean, 12);
  EXPECT_GT(cell.encode.median, 0);
  ASSERT_TRUE(cell.bottleneck);
  EXPECT_EQ(cell.bottleneck->encoder_split, "server-only");
  EXPECT_EQ(cell.bottleneck->variant, "two-stage");
  EXPECT_EQ(cell.bottleneck->encoder_parameters, 11U);
  EXPECT_EQ(cell.bottleneck->decoder_macs, 4U);
  EXPECT_FALSE(cell.bottleneck->fine_tuned_tail);
}

// The input is captured for the encoder even where server-only is no split of the sweep.
TEST(SweepBottlenecks, TakeTheBoundaryOfTheirEncoder) {
  Sweep sweep;
  sweep.settings.split = "fold,-server-only,-device-only";
  sweep.settings.codecs = {opened_codec(fold_bottleneck())};
  const SweepResult result = sweep.run();
  ASSERT_EQ(result.cells.size(), 1U);
  EXPECT_EQ(result.cells[0].status, CellStatus::kOk) << result.cells[0].reason;
  EXPECT_EQ(result.cells[0].accuracy.top1, 1.0);
}

TEST(SweepBottlenecks, AFineTunedTailTakesThePlaceOfTheModels) {
  Sweep sweep;
  sweep.settings.split = "fold";
  sweep.settings.codecs = {make_codec(parse_spec("raw")), opened_codec(fold_bottleneck()),
                           opened_codec(with_inverting_tail(), "tail")};
  const SweepResult result = sweep.run();
  EXPECT_EQ(by_split(result, "bottlefit:file=b").at("fold").accuracy.top1, 1.0);
  const Cell tail = by_split(result, "bottlefit:file=tail").at("fold");
  ASSERT_EQ(tail.status, CellStatus::kOk) << tail.reason;
  EXPECT_TRUE(tail.bottleneck->fine_tuned_tail);
  EXPECT_EQ(tail.accuracy.top1, 0.0) << "of scores with the other sign the largest is another";
}

TEST(SweepBottlenecks, AKilledSweepGoesOn) {
  Sweep whole, killed;
  for (Sweep* sweep : {&whole, &killed}) {
    sweep->settings.codecs = {make_codec(parse_spec("raw")), opened_codec(fold_bottleneck()),
                              opened_codec(with_inverting_tail(), "tail")};
  }
  const std::string expected = without_times(whole.run().cells);
  for (const std::size_t cells : {1U, 2U, 3U}) {
    killed.run_until_killed(cells, cells == 1 ? ExistingSweep::kRefuse : ExistingSweep::kResume);
  }
  EXPECT_EQ(without_times(killed.run(ExistingSweep::kResume).cells), expected);
}

TEST(SweepBottlenecks, AnotherFileOfTheNameIsRefusedOnResume) {
  Sweep sweep;
  sweep.settings.codecs = {opened_codec(fold_bottleneck())};
  sweep.run();
  const ConfiguredCodec same_name = retrained_codec();
  sweep.settings.codecs = {same_name};
  const std::string message = sweep.run_error(ExistingSweep::kResume);
  EXPECT_NE(message.find("the SHA-256 of the file of bottlefit:file=b is aaaaaaaaaaaa there and "
                         "bbbbbbbbbbbb here"),
            std::string::npos)
      << message;
  // Others may come, and are remembered.
  sweep.settings.codecs = {opened_codec(with_inverting_tail(), "tail")};
  EXPECT_EQ(sweep.run(ExistingSweep::kResume).measured, 3U);
  sweep.settings.codecs = {make_codec(parse_spec("raw"))};
  sweep.run(ExistingSweep::kResume);
  sweep.settings.codecs = {same_name};
  EXPECT_NE(sweep.run_error(ExistingSweep::kResume).find("bottlefit:file=b"), std::string::npos);
}

TEST(SweepBottlenecks, AreMergedWhenTheirFilesAgree) {
  Sweep sweep;
  const auto measure = [&](const char* name, const char* split, const ConfiguredCodec& codec) {
    sweep.settings.folder = sweep.folder.path(name);
    sweep.settings.split = split;
    sweep.settings.codecs = {codec};
    sweep.run();
    return sweep.settings.folder;
  };
  const std::string plain = measure("plain", "scale", make_codec(parse_spec("raw")));
  const std::string first = measure("first", "scale", opened_codec(fold_bottleneck()));
  const std::string second = measure("second", "fold", opened_codec(fold_bottleneck()));
  const std::string other = measure("other", "fold", retrained_codec());
  RunRecorder recorder({"splitbench", "merge"}, sweep.sink);
  const std::string message = bad_input_message([&] {
    merge_sweeps({plain, first, other}, sweep.folder.path("none"), recorder);
  });
  EXPECT_NE(message.find("the SHA-256 of the file of bottlefit:file=b"), std::string::npos)
      << message;
  const std::string merged = sweep.folder.path("merged");
  merge_sweeps({plain, first, second}, merged, recorder);
  EXPECT_EQ(read_sweep_manifest(merged).bottlenecks.size(), 1U);
}

TEST(SweepBottlenecks, RaceAsOthersDo) {
  Sweep plain(60), race(60);
  for (Sweep* sweep : {&plain, &race}) {
    sweep->settings.codecs = make_codecs({"raw", "quant:bits=1,8"});
    sweep->settings.codecs.push_back(opened_codec(fold_bottleneck()));
    sweep->settings.codecs.push_back(opened_codec(with_inverting_tail(), "tail"));
    sweep->settings.threads = 2;
  }
  race.settings.race = RaceChoice{};
  const SweepResult full = plain.run();
  const auto expected = by_split(full, "bottlefit:file=b");
  const auto raced = by_split(race.run(), "bottlefit:file=b");
  ASSERT_EQ(raced.size(), expected.size());
  for (const auto& [split, cell] : raced) {
    if (cell.status == CellStatus::kStopped) continue;
    EXPECT_EQ(without_times({cell}), without_times({expected.at(split)}));
    EXPECT_EQ(cell.bottleneck.has_value(), expected.at(split).bottleneck.has_value());
  }
}

TEST(SweepBottlenecks, AreSearchedForNothing) {
  Sweep sweep;
  sweep.settings.points = 2;
  sweep.settings.codecs = make_codecs({"quant:level=0"}, OpenRate::kSearched);
  sweep.settings.codecs.push_back(opened_codec(fold_bottleneck()));
  const SweepResult result = sweep.run();
  EXPECT_EQ(by_split(result, "bottlefit:file=b").at("fold").status, CellStatus::kOk);
}

TEST(SweepBottlenecks, AnEstimateTriesThem) {
  Sweep sweep;
  sweep.settings.codecs = {opened_codec(fold_bottleneck())};
  ModelSession session = fake_session({}, sweep.use);
  const SweepPlan plan = plan_sweep(session, sweep.dataset, sweep.settings);
  EXPECT_EQ(plan.cells, 4U);
  EXPECT_GT(plan.seconds, 0);
}

TEST(ProfileBottlenecks, TimesEncoderDecoderAndTail) {
  ModelSession session = fake_session({}, std::make_shared<FakeUse>());
  ProfileSettings settings;
  settings.measure.min_repetitions = 4;
  settings.measure.max_repetitions = 4;
  settings.codecs = {opened_codec(fold_bottleneck()), opened_codec(with_inverting_tail(), "tail")};
  RecordingSink sink;
  const Profile profile = profile_model(session, settings, sink).profile;
  ASSERT_EQ(profile.bottlenecks.size(), 2U);
  const BottleneckProfile& bottleneck = profile.bottlenecks[1];
  EXPECT_EQ(bottleneck.codec, "bottlefit:file=tail");
  EXPECT_EQ(bottleneck.encoder_split, "server-only");
  EXPECT_EQ(bottleneck.decoder_split, "fold");
  EXPECT_EQ(bottleneck.encoder.parameters, 11U);
  EXPECT_EQ(bottleneck.encoder.segment.latency.median, 0.0005);
  EXPECT_EQ(bottleneck.encoder.segment.latency.samples.size(), 4U);
  EXPECT_EQ(bottleneck.decoder.macs, 4U);
  ASSERT_TRUE(bottleneck.tail);
  EXPECT_EQ(bottleneck.tail->parameters, 3U);
  EXPECT_FALSE(profile.bottlenecks[0].tail);
  // What else is in the profile is as without codecs.
  EXPECT_EQ(profile.splits.size(), 4U);
  EXPECT_EQ(profile.splits[1].head.latency.median, 0.001);

  settings.batch = 2;
  bad_input_message([&] { profile_model(session, settings, sink); });
  settings.batch = 1;
  settings.codecs = make_codecs({"raw"});
  const std::string message = bad_input_message([&] { profile_model(session, settings, sink); });
  EXPECT_NE(message.find("only learned codecs"), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
