// Round trips of a sweep's manifest, and what keeps sweeps apart.
#include "io/sweep_manifest.h"

#include <gtest/gtest.h>

#include <string>

#include "io/document.h"
#include "sample_documents.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

SweepManifest sample_shard() {
  SweepManifest manifest = sample_manifest();
  manifest.shard = SweepShard{{2, 4}, {{"relu", "raw:dtype=fp32"}, {"device-only", "none"}}};
  return manifest;
}

TEST(SweepManifest, Returns) {
  const TemporaryFolder folder;
  write_sweep_manifest(folder.path(), sample_manifest(), sample_run());
  EXPECT_EQ(difference(read_sweep_manifest(folder.path()), sample_manifest()), "");
  EXPECT_EQ(document_kind(folder.path("sweep.json")), "sweep-manifest");
  EXPECT_TRUE(read_sweep_manifest(folder.path()).splits.empty());  // as of older sweeps
  SweepManifest ordered = sample_manifest();
  ordered.splits = {"server-only", "b", "a", "device-only"};
  write_sweep_manifest(folder.path(), ordered, sample_run());
  EXPECT_EQ(read_sweep_manifest(folder.path()).splits, ordered.splits);
  EXPECT_EQ(difference(read_sweep_manifest(folder.path()), sample_manifest()), "");
  write_sweep_manifest(folder.path(), sample_shard(), sample_run());
  EXPECT_EQ(difference(read_sweep_manifest(folder.path()), sample_shard()), "");
}

TEST(SweepManifest, AShardIsNoSweepOfItsOwnAndNoOtherShard) {
  EXPECT_EQ(difference(sample_manifest(), sample_shard()), "shard is none there and 2/4 here");
  SweepManifest other = sample_shard();
  other.shard->shard.index = 3;
  EXPECT_EQ(difference(sample_shard(), other), "shard is 2/4 there and 3/4 here");
  other = sample_shard();
  other.shard->cells.pop_back();
  EXPECT_NE(difference(sample_shard(), other).find("the splits and codecs"), std::string::npos);
}

SweepManifest sample_race() {
  SweepManifest manifest = sample_manifest();
  manifest.race = SweepRace{"split", 0.05, 0.03, {{"relu", "raw:dtype=fp32"}}};
  return manifest;
}

TEST(SweepManifest, ARaceIsNoPlainSweepAndNoOtherRace) {
  const TemporaryFolder folder;
  write_sweep_manifest(folder.path(), sample_race(), sample_run());
  EXPECT_EQ(difference(read_sweep_manifest(folder.path()), sample_race()), "");
  EXPECT_EQ(difference(sample_manifest(), sample_race()),
            "race is none there and 'split' with margin 0.03 and alpha 0.05 here");
  SweepManifest other = sample_race();
  other.race->scope = "all";
  EXPECT_NE(difference(sample_race(), other).find("race is 'split' with"), std::string::npos);
  other = sample_race();
  other.race->margin = 0.02;
  EXPECT_NE(difference(sample_race(), other).find("margin 0.02"), std::string::npos);
  other = sample_race();
  other.race->cells.push_back({"relu", "zstd"});
  EXPECT_EQ(difference(sample_race(), other),
            "the splits and codecs that race are others there than here");
}

TEST(SweepManifest, AShardBeyondTheLastIsRefused) {
  const TemporaryFolder folder;
  SweepManifest manifest = sample_shard();
  manifest.shard->shard.index = 5;
  write_sweep_manifest(folder.path(), manifest, sample_run());
  EXPECT_NE(bad_input_message([&] { read_sweep_manifest(folder.path()); }).find("data.shard"),
            std::string::npos);
}

TEST(SweepManifest, DifferencesNameBothValues) {
  SweepManifest other = sample_manifest();
  other.seed = 4;
  EXPECT_EQ(difference(sample_manifest(), other), "seed is 3 there and 4 here");
  other.images = 10;
  EXPECT_EQ(difference(sample_manifest(), other), "images is 500 there and 10 here");
  other = sample_manifest();
  other.calibration_images = 7;
  EXPECT_EQ(difference(sample_manifest(), other), "calibration_images is 20 there and 7 here");
  other = sample_manifest();
  other.batch = 8;
  EXPECT_EQ(difference(sample_manifest(), other), "batch is 16 there and 8 here");
  other.batch = 0;  // of before it was kept
  EXPECT_EQ(difference(sample_manifest(), other) + difference(other, sample_manifest()), "");
  for (std::string SweepManifest::*field :
       {&SweepManifest::model_name, &SweepManifest::model_sha256, &SweepManifest::input_shape,
        &SweepManifest::output, &SweepManifest::preprocess, &SweepManifest::dataset,
        &SweepManifest::calibration}) {
    SweepManifest changed = sample_manifest();
    changed.*field = "new";
    EXPECT_NE(difference(sample_manifest(), changed).find(" there and 'new' here"),
              std::string::npos);
  }
}

TEST(SweepManifest, FilesOfLearnedCodecsReturnAndMustAgree) {
  const TemporaryFolder folder;
  SweepManifest manifest = {};
  manifest.bottlenecks = {{"aecnn:file=a", std::string(64, 'a')},
                          {"bottlefit:file=b", std::string(64, 'b')}};
  write_sweep_manifest(folder.path(), manifest, sample_run());
  const SweepManifest there = read_sweep_manifest(folder.path());
  EXPECT_EQ(there.bottlenecks, manifest.bottlenecks);
  EXPECT_EQ(difference(there, {}), "") << "others may be wanted now";
  manifest.bottlenecks["bottlefit:file=b"] = std::string(64, 'c');
  EXPECT_EQ(difference(there, manifest),
            "the SHA-256 of the file of bottlefit:file=b is bbbbbbbbbbbb there and cccccccccccc "
            "here");
}

}  // namespace
}  // namespace splitbench
