#include "core/split.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

SplitPoint inner(const std::string& id, std::int64_t elements, bool block_end, int tensors = 1) {
  SplitPoint split;
  split.id = id;
  split.boundary.assign(static_cast<std::size_t>(tensors), {DType::kF32, {1, elements}});
  split.block_end = block_end;
  return split;
}

// server-only, three blocks with an operation between, a cut of two tensors, device-only.
std::vector<SplitPoint> sample_splits() {
  SplitPoint server;
  server.id = "server-only";
  server.kind = SplitKind::kServerOnly;
  SplitPoint device;
  device.id = "device-only";
  device.kind = SplitKind::kDeviceOnly;
  std::vector<SplitPoint> splits = {server,
                                    inner("stem", 400, true),
                                    inner("layer1.relu", 50, false),
                                    inner("layer1", 80, true),
                                    inner("a+b", 10, false, 2),
                                    inner("layer2", 80, true),
                                    inner("layer3", 40, true),
                                    device};
  splits[3].aliases = {"layer1.1.out"};
  mark_natural_bottlenecks(splits, 100);
  return splits;
}

using Indices = std::vector<std::size_t>;

TEST(NaturalBottlenecks, AreStrictRecordsOfBlockEndsBelowTheInput) {
  std::vector<std::string> names;
  for (const SplitPoint& split : sample_splits()) {
    if (split.natural_bottleneck) names.push_back(split.id);
  }
  // stem is larger than the input, layer1.relu ends no block, layer2 only equals layer1.
  EXPECT_EQ(names, (std::vector<std::string>{"layer1", "layer3"}));
}

TEST(NaturalBottlenecks, EqualToTheInputIsNone) {
  std::vector<SplitPoint> splits = {inner("block", 100, true)};
  mark_natural_bottlenecks(splits, 100);
  EXPECT_FALSE(splits[0].natural_bottleneck);
}

TEST(NaturalBottlenecks, AllTensorsOfACutCount) {
  std::vector<SplitPoint> splits = {inner("two", 60, true, 2), inner("one", 99, true)};
  mark_natural_bottlenecks(splits, 100);
  EXPECT_FALSE(splits[0].natural_bottleneck);
  EXPECT_TRUE(splits[1].natural_bottleneck);
}

TEST(SelectSplits, GroupsIncludeTheEndPoints) {
  const auto splits = sample_splits();
  EXPECT_EQ(select_splits(splits, "all"), (Indices{0, 1, 2, 3, 5, 6, 7}));
  EXPECT_EQ(select_splits(splits, "all-widths"), (Indices{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(select_splits(splits, "blocks"), (Indices{0, 1, 3, 5, 6, 7}));
  EXPECT_EQ(select_splits(splits, "natural"), (Indices{0, 3, 6, 7}));
}

TEST(SelectSplits, IdsAndAliasesInAnyOrder) {
  const auto splits = sample_splits();
  EXPECT_EQ(select_splits(splits, "layer3,layer1.1.out,layer3"), (Indices{0, 3, 6, 7}));
  EXPECT_EQ(select_splits(splits, "a+b"), (Indices{0, 4, 7}));
}

TEST(SelectSplits, NamesCanBeTakenAway) {
  const auto splits = sample_splits();
  EXPECT_EQ(select_splits(splits, "blocks,-device-only,-stem"), (Indices{0, 3, 5, 6}));
  EXPECT_EQ(select_splits(splits, "-server-only"), (Indices{7}));
}

TEST(SelectSplits, ErrorsSuggestTheNearestName) {
  const auto splits = sample_splits();
  EXPECT_EQ(bad_input_message([&] { select_splits(splits, "layr2"); }),
            "the model has no split 'layr2' (did you mean 'layer2'?); see: splitbench list splits "
            "MODEL");
  EXPECT_EQ(bad_input_message([&] { select_splits(splits, "-device-only,-server-only"); }),
            "--split '-device-only,-server-only' selects no split at all");
}

TEST(SplitKind, HasTheNamesOfTheContract) {
  EXPECT_STREQ(split_kind_name(SplitKind::kDeviceOnly), "device-only");
  EXPECT_STREQ(split_kind_name(SplitKind::kInner), "inner");
  EXPECT_STREQ(split_kind_name(SplitKind::kServerOnly), "server-only");
}

}  // namespace
}  // namespace splitbench
