#include "core/policy_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace splitbench {
namespace {

// Fast links favour `big`, slow ones `small`, slower ones and busy servers the device.
PolicyTable sample() {
  PolicyTable table;
  table.entries = {{"device-only", "none", 1, {1, 0, 0}, {1, 0, 0}, CostPlane{4, 0, 0}},
                   {"a", "small", 1, {0.25, 1e5, 0.125}, {0.25, 1e5, 0.125}, CostPlane{1, 2e5, 0}},
                   {"a", "big", 1, {0.125, 1e6, 0.125}, {0.125, 1e6, 0.125}, {}}};
  return table;
}

TEST(PolicyTable, TheLeastValueWinsWhereItIs) {
  const PolicyTable table = sample();
  EXPECT_EQ(table.entries[choose_entry(table, 1e8, 0)].codec, "big");
  EXPECT_EQ(table.entries[choose_entry(table, 1e6, 0)].codec, "small");
  EXPECT_EQ(table.entries[choose_entry(table, 1e5, 0)].codec, "none");
  EXPECT_EQ(table.entries[choose_entry(table, 1e8, 0.9)].codec, "none");
  EXPECT_EQ(choose_entry(table, 1e8, 0, 2), kNoEntry);
}

TEST(PolicyTable, BoundsAreKeptAndTiesGoToTheFaster) {
  PolicyTable table = sample();
  table.max_latency_s = 0.3;
  EXPECT_EQ(choose_entry(table, 1e5, 0), kNoEntry);
  EXPECT_EQ(table.entries[choose_entry(table, 1e7, 0)].codec, "big");
  table.max_energy_j = 2;
  EXPECT_EQ(table.entries[choose_entry(table, 1e7, 0)].codec, "small");  // of big it is unknown
  table = sample();
  for (PolicyEntry& entry : table.entries) entry.value = {1, 0, 0};
  EXPECT_EQ(table.entries[choose_entry(table, 1e8, 0)].codec, "big");
}

TEST(PolicyTable, ASteadyChoiceWaitsUntilAnotherIsClearlyBetter) {
  const PolicyTable table = sample();
  SteadyChoice steady(table, 0.2);
  EXPECT_EQ(table.entries[steady.choose(1e8, 0)].codec, "big");
  // The lines cross at x = 1.39e-7, 7.2 Mbit/s; 20 % better is small only below 4.5 Mbit/s.
  EXPECT_EQ(table.entries[steady.choose(7e6, 0)].codec, "big");
  EXPECT_EQ(table.entries[steady.choose(4e6, 0)].codec, "small");
  EXPECT_EQ(table.entries[steady.choose(7.3e6, 0)].codec, "small");
  EXPECT_EQ(steady.switches(), 1u);
}

TEST(PolicyTable, ASteadyChoiceGivesUpWhatBreaksABound) {
  PolicyTable table = sample();
  table.max_latency_s = 0.5;
  SteadyChoice steady(table, 100);
  EXPECT_EQ(table.entries[steady.choose(1e8, 0)].codec, "big");
  EXPECT_EQ(table.entries[steady.choose(1e6, 0)].codec, "small");
  EXPECT_EQ(steady.choose(1e4, 0), kNoEntry);
}

TEST(PolicyTable, BytesReturn) {
  PolicyTable table = sample();
  table.queue = {QueueKind::kMg1, 0.5};
  table.max_latency_s = 2;
  table.max_energy_j = 5;
  table.entries[1].value = {0.5, 1, 2};
  table.entries[2].batch = 8;
  const Bytes bytes = policy_bytes(table);
  const PolicyTable copy = parse_policy(bytes, "table");
  EXPECT_EQ(policy_bytes(copy), bytes);
  ASSERT_EQ(copy.entries.size(), 3u);
  EXPECT_EQ(copy.queue.service_cv, 0.5);
  EXPECT_EQ(copy.max_energy_j, 5);
  EXPECT_EQ(copy.entries[1].value.per_w, 2);
  EXPECT_EQ(copy.entries[2].batch, 8);
  EXPECT_FALSE(copy.entries[2].energy_j);
}

// Truncated or with a byte changed, nothing is read as another table.
TEST(PolicyTable, DamagedBytesAreRefused) {
  const Bytes bytes = policy_bytes(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(parse_policy({bytes.data(), size}, "table"), Error) << size;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= 0x21;
    EXPECT_THROW(parse_policy(damaged, "table"), Error) << i;
  }
}

}  // namespace
}  // namespace splitbench
