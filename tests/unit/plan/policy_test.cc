#include "plan/policy.h"

#include <gtest/gtest.h>

#include "plan/objective.h"

namespace splitbench {
namespace {

const Link kLink = {"test", 1e6, 1e6, 0, 0, ""};
constexpr double kResultBytes = 40;

// A candidate of latency fixed_s + 8 * bytes / rate.
Candidate line(const std::string& split, double fixed_s, double bytes, double loss = 0) {
  Estimate estimate;
  estimate.device_s = fixed_s;
  estimate.uplink_s = 8 * bytes / kLink.rate_bps;
  estimate.latency_s = estimate.device_s + estimate.uplink_s;
  estimate.payload_bytes = bytes;
  estimate.accuracy_loss = loss;
  Candidate candidate;
  candidate.split = split;
  candidate.codec = "x";
  candidate.estimate = estimate;
  return candidate;
}

std::vector<PolicyRegion> policy(const std::vector<Candidate>& candidates,
                                 const Constraints& constraints = {},
                                 const std::string& objective = "latency") {
  return policy_regions(candidates, parse_objective(objective), constraints,
                        {kLink, 0, 1, 1, kResultBytes});
}

std::vector<std::string> splits_of(const std::vector<PolicyRegion>& regions) {
  std::vector<std::string> splits;
  for (const PolicyRegion& region : regions) splits.push_back(region.split.value_or("none"));
  return splits;
}

TEST(Policy, BoundariesAreTheCrossings) {
  // local = 1; near = 0.5 + 800 / r; far = 0.25 + 8000 / r.
  const auto regions = policy({line("far", 0.25, 1000), line("local", 1, 0), line("near", 0.5, 100),
                               line("never", 0.6, 200)});
  EXPECT_EQ(splits_of(regions), (std::vector<std::string>{"local", "near", "far"}));
  EXPECT_EQ(regions[0].rate_low_bps, 0);
  EXPECT_DOUBLE_EQ(*regions[0].rate_high_bps, 1600);
  EXPECT_DOUBLE_EQ(regions[1].rate_low_bps, 1600);
  EXPECT_DOUBLE_EQ(*regions[1].rate_high_bps, 28800);
  EXPECT_FALSE(regions[2].rate_high_bps);
}

TEST(Policy, ThreeLinesThroughOnePointSkipTheMiddleOne) {
  const auto regions = policy({line("a", 0, 300), line("b", 1, 200), line("c", 2, 100)});
  EXPECT_EQ(splits_of(regions), (std::vector<std::string>{"c", "a"}));
  EXPECT_DOUBLE_EQ(regions[1].rate_low_bps, 800);
}

TEST(Policy, ALatencyBoundEndsLinesAndLeavesAGap) {
  Constraints constraints;
  constraints.max_latency_s = 0.75;
  const auto regions =
      policy({line("far", 0.25, 1000), line("near", 0.5, 100), line("local", 1, 0)}, constraints);
  EXPECT_EQ(splits_of(regions), (std::vector<std::string>{"none", "near", "far"}));
  EXPECT_DOUBLE_EQ(*regions[0].rate_high_bps, 3200);
  EXPECT_FALSE(regions[0].codec);
}

TEST(Policy, OtherBoundsExcludeAtEveryRate) {
  Constraints constraints;
  constraints.max_accuracy_loss = 0.01;
  EXPECT_EQ(splits_of(policy({line("far", 0.25, 10, 0.02), line("local", 1, 0)}, constraints)),
            (std::vector<std::string>{"local"}));
}

TEST(Policy, NothingFeasibleIsOneEmptyRegion) {
  Constraints constraints;
  constraints.max_latency_s = 0.1;
  const auto regions = policy({line("local", 1, 0)}, constraints);
  ASSERT_EQ(regions.size(), 1u);
  EXPECT_FALSE(regions[0].split);
  EXPECT_EQ(regions[0].rate_low_bps, 0);
  EXPECT_FALSE(regions[0].rate_high_bps);
}

TEST(Policy, TiesInTheObjectiveAreBrokenByLatencyAtEachRate) {
  // Equal energy at both: the faster one is chosen, which depends on the rate.
  Candidate big = line("big", 0.25, 1000);
  Candidate small = line("small", 0.5, 100);
  big.estimate->energy_j = small.estimate->energy_j = 1;
  const auto regions = policy({big, small}, {}, "energy");
  EXPECT_EQ(splits_of(regions), (std::vector<std::string>{"small", "big"}));
  EXPECT_DOUBLE_EQ(*regions[0].rate_high_bps, 28800);
}

TEST(Policy, ADownlinkThatFollowsMovesTheBoundary) {
  // local = 1; split = 0.5 + 8 * (60 + 40) / r with the result of 40 bytes.
  Link link = kLink;
  link.downlink_follows = true;
  Candidate split = line("split", 0.5, 60);
  split.estimate->downlink_s = 8 * kResultBytes / link.downlink_bps;
  const auto regions = policy_regions({line("local", 1, 0), split}, parse_objective("latency"), {},
                                      {link, 0, 1, 1, kResultBytes});
  EXPECT_EQ(splits_of(regions), (std::vector<std::string>{"local", "split"}));
  EXPECT_DOUBLE_EQ(regions[1].rate_low_bps, 1600);
}

TEST(Policy, EqualNeighboursAreMerged) {
  // Two cells of one choice (say, of two seeds) that cross each other.
  EXPECT_EQ(policy({line("a", 0, 300), line("a", 1, 100)}).size(), 1u);
}

}  // namespace
}  // namespace splitbench
