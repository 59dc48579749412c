// The planner and its policy against a brute-force oracle on random instances.
//
// Times are multiples of 1/64 s, rates powers of two and loads 0, 1/2 or 3/4, so that every latency
// is exact and ties are real ties.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <tuple>

#include "base/rng.h"
#include "plan/objective.h"
#include "plan/planner.h"
#include "plan/policy.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

double step(Rng& rng, std::uint64_t count) { return static_cast<double>(rng.below(count)) / 64; }

// Heads are short enough beside the whole network for splits to be worth it.
Profile random_profile(Rng& rng, std::size_t inner) {
  Profile profile = make_profile(step(rng, 128));
  profile.splits = {make_split("server-only", SplitKind::kServerOnly, 0, step(rng, 32))};
  for (std::size_t i = 0; i < inner; ++i) {
    profile.splits.push_back(
        make_split("s" + std::to_string(i), SplitKind::kInner, step(rng, 32), step(rng, 16)));
  }
  profile.splits.push_back(make_split("device-only", SplitKind::kDeviceOnly, 0, 0));
  for (SplitProfile& split : profile.splits) split.head.energy.joules = step(rng, 16);
  profile.end_to_end.energy.joules = step(rng, 16);
  return profile;
}

PlanRequest random_request(Rng& rng) {
  const char* const objectives[] = {"latency", "energy", "bytes",
                                    "weighted:latency=1,energy=0.5,bytes=0.0625"};
  const double loads[] = {0, 0.5, 0.75};
  const std::size_t inner = rng.below(4);
  PlanRequest request;
  request.device = random_profile(rng, inner);
  request.server = random_profile(rng, inner);
  request.link = {"random",
                  std::exp2(static_cast<double>(4 + rng.below(12))),
                  std::exp2(static_cast<double>(4 + rng.below(12))),
                  step(rng, 16),
                  static_cast<double>(rng.below(4)),
                  ""};
  request.objective = parse_objective(objectives[rng.below(4)]);
  request.server_load = loads[rng.below(3)];
  const std::size_t cells = rng.below(9);
  for (std::size_t i = 0; i < cells; ++i) {
    const std::string split =
        rng.below(inner + 1) == 0 ? "server-only" : "s" + std::to_string(rng.below(4));
    Cell cell = make_cell(split, "c" + std::to_string(i), static_cast<double>(rng.below(16)),
                          step(rng, 8), step(rng, 8), step(rng, 8));
    if (rng.below(10) == 0) cell.status = CellStatus::kFailed;
    request.cells.push_back(cell);
  }
  if (rng.below(2) == 0) request.constraints.max_accuracy_loss = step(rng, 8);
  if (rng.below(2) == 0) request.constraints.max_latency_s = step(rng, 128);
  if (rng.below(4) == 0) request.constraints.max_energy_j = step(rng, 16);
  if (rng.below(4) == 0) request.constraints.max_payload_bytes = static_cast<double>(rng.below(16));
  return request;
}

// One choice as the oracle sees it, from the documents alone.
struct Choice {
  std::string split, codec;
  double latency_s = 0, energy_j = 0, bytes = 0, loss = 0;
};

const SplitProfile* find_split(const Profile& profile, const std::string& id) {
  for (const SplitProfile& split : profile.splits) {
    if (split.split.id == id) return &split;
  }
  return nullptr;
}

std::vector<Choice> oracle_choices(const PlanRequest& r) {
  std::vector<Choice> choices = {{"device-only", "none", r.device.end_to_end.latency.median,
                                  *r.device.end_to_end.energy.joules, 0, 0}};
  for (const Cell& cell : r.cells) {
    const SplitProfile* head = find_split(r.device, cell.key.split);
    const SplitProfile* tail = find_split(r.server, cell.key.split);
    if (cell.status != CellStatus::kOk || head == nullptr || tail == nullptr) continue;
    const double server_s = tail->tail.latency.median + cell.decode.median;
    const double up_s = 8 * (cell.payload_bytes.mean + r.link.overhead_bytes) / r.link.rate_bps;
    const double down_s = 8 * (40 + r.link.overhead_bytes) / r.link.downlink_bps;
    choices.push_back({cell.key.split, cell.key.codec,
                       head->head.latency.median + cell.encode.median + r.link.rtt_s +
                           server_s / (1 - r.server_load) + up_s + down_s,
                       *head->head.energy.joules, cell.payload_bytes.mean,
                       cell.accuracy.loss->loss});
  }
  return choices;
}

bool allowed(const Choice& choice, const Constraints& c) {
  return choice.loss <= c.max_accuracy_loss.value_or(1e300) &&
         choice.latency_s <= c.max_latency_s.value_or(1e300) &&
         choice.energy_j <= c.max_energy_j.value_or(1e300) &&
         choice.bytes <= c.max_payload_bytes.value_or(1e300);
}

double value_of(const Choice& choice, const Objective& o) {
  return o.latency_weight * choice.latency_s + o.energy_weight * choice.energy_j +
         o.bytes_weight * choice.bytes;
}

std::optional<Choice> oracle_best(const PlanRequest& request) {
  std::optional<Choice> best;
  const auto key = [&](const Choice& c) {
    return std::make_tuple(value_of(c, request.objective), c.latency_s, c.bytes, c.loss, c.split,
                           c.codec);
  };
  for (const Choice& choice : oracle_choices(request)) {
    if (allowed(choice, request.constraints) && (!best || key(choice) < key(*best))) best = choice;
  }
  return best;
}

// What the best objective becomes when one constraint is taken away.
std::string oracle_binding(const PlanRequest& request) {
  const std::pair<const char*, std::optional<double> Constraints::*> constraints[] = {
      {"max_accuracy_loss", &Constraints::max_accuracy_loss},
      {"max_latency_s", &Constraints::max_latency_s},
      {"max_energy_j", &Constraints::max_energy_j},
      {"max_payload_bytes", &Constraints::max_payload_bytes}};
  const std::optional<Choice> best = oracle_best(request);
  double value = best ? value_of(*best, request.objective) : INFINITY;
  std::string binding;
  for (const auto& [name, member] : constraints) {
    PlanRequest relaxed = request;
    (relaxed.constraints.*member).reset();
    const std::optional<Choice> reachable = oracle_best(relaxed);
    if (reachable && value_of(*reachable, request.objective) < value) {
      value = value_of(*reachable, request.objective);
      binding = name;
    }
  }
  return binding;
}

TEST(PlanProperty, EqualsBruteForceOnTwentyThousandInstances) {
  Rng rng(20260101);
  int infeasible = 0;
  int device_only = 0;
  int server_only = 0;
  for (int i = 0; i < 20000; ++i) {
    const PlanRequest request = random_request(rng);
    const Plan plan = make_plan(request);
    const std::optional<Choice> best = oracle_best(request);
    ASSERT_EQ(plan.chosen.has_value(), best.has_value()) << "instance " << i;
    ASSERT_EQ(plan.binding_constraint, oracle_binding(request)) << "instance " << i;
    if (!best) {
      ++infeasible;
      ASSERT_FALSE(plan.nearest_miss.empty());
      continue;
    }
    ASSERT_EQ(plan.chosen->split, best->split) << "instance " << i;
    ASSERT_EQ(plan.chosen->codec, best->codec) << "instance " << i;
    ASSERT_EQ(plan.chosen->estimate->latency_s, best->latency_s);
    device_only += best->split == "device-only";
    server_only += best->split == "server-only";
    // The runner-up is the best of what remains without the choice's cell.
    PlanRequest without = request;
    for (Cell& cell : without.cells) {
      if (cell.key.codec == best->codec) cell.status = CellStatus::kStopped;
    }
    if (best->split == "device-only") continue;
    const std::optional<Choice> second = oracle_best(without);
    ASSERT_EQ(plan.runner_up.has_value(), second.has_value()) << "instance " << i;
    if (second) {
      ASSERT_EQ(plan.runner_up->codec, second->codec) << "instance " << i;
    }
  }
  // The instances must reach every kind of answer.
  EXPECT_GT(infeasible, 500);
  EXPECT_GT(device_only, 500);
  EXPECT_GT(server_only, 500);
}

TEST(PlanProperty, EveryLoserHasAReasonAndNoWinnerHasOne) {
  Rng rng(2);
  for (int i = 0; i < 2000; ++i) {
    const Plan plan = make_plan(random_request(rng));
    for (const Candidate& candidate : plan.candidates) {
      const bool chosen = plan.chosen && same_choice(candidate, *plan.chosen);
      ASSERT_EQ(candidate.rejected_because.empty(), chosen) << candidate_name(candidate);
    }
  }
}

TEST(PlanProperty, MoreRateNeverCostsLatencyAndDeviceOnlyNeverSends) {
  Rng rng(3);
  for (int i = 0; i < 2000; ++i) {
    PlanRequest request = random_request(rng);
    const Plan slow = make_plan(request);
    request.link.rate_bps *= 2;
    const Plan fast = make_plan(request);
    ASSERT_EQ(slow.candidates.size(), fast.candidates.size());
    for (std::size_t c = 0; c < slow.candidates.size(); ++c) {
      if (!slow.candidates[c].estimate) continue;
      ASSERT_LE(fast.candidates[c].estimate->latency_s, slow.candidates[c].estimate->latency_s);
    }
    const Estimate& local = *slow.device_only->estimate;
    ASSERT_EQ(local.payload_bytes, 0);
    ASSERT_EQ(local.uplink_s + local.downlink_s, 0);
    ASSERT_EQ(fast.device_only->estimate->latency_s, local.latency_s);
  }
}

const PolicyRegion& region_at(const std::vector<PolicyRegion>& regions, double rate) {
  for (const PolicyRegion& region : regions) {
    if (rate >= region.rate_low_bps && (!region.rate_high_bps || rate < *region.rate_high_bps)) {
      return region;
    }
  }
  throw std::runtime_error("the policy has a gap");
}

bool near_boundary(const std::vector<PolicyRegion>& regions, double rate) {
  for (const PolicyRegion& region : regions) {
    if (std::abs(region.rate_low_bps - rate) <= 1e-9 * rate) return true;
  }
  return false;
}

// Slowest first, no gap, no overlap, neighbours different.
void check_partition(const std::vector<PolicyRegion>& regions) {
  ASSERT_FALSE(regions.empty());
  ASSERT_EQ(regions.front().rate_low_bps, 0);
  ASSERT_FALSE(regions.back().rate_high_bps);
  for (std::size_t i = 1; i < regions.size(); ++i) {
    ASSERT_EQ(*regions[i - 1].rate_high_bps, regions[i].rate_low_bps);
    ASSERT_LT(regions[i - 1].rate_low_bps, regions[i].rate_low_bps);
    ASSERT_FALSE(regions[i - 1].split == regions[i].split &&
                 regions[i - 1].codec == regions[i].codec);
  }
}

TEST(PlanProperty, PolicyEqualsTheArgminOnAFineGridOfRates) {
  Rng rng(4);
  for (int i = 0; i < 300; ++i) {
    PlanRequest request = random_request(rng);
    request.policy = true;
    const std::vector<PolicyRegion> regions = make_plan(request).policy;
    check_partition(regions);
    for (int grid = 0; grid <= 400; ++grid) {
      request.link.rate_bps = std::pow(10.0, grid * 0.02);
      if (near_boundary(regions, request.link.rate_bps)) continue;
      const std::optional<Choice> best = oracle_best(request);
      const PolicyRegion& region = region_at(regions, request.link.rate_bps);
      ASSERT_EQ(region.split.has_value(), best.has_value()) << i << " " << grid;
      if (!best) continue;
      // At rates that are no power of two a tie may fall either way by rounding.
      double value = NAN;
      for (const Choice& choice : oracle_choices(request)) {
        if (choice.split == *region.split && choice.codec == *region.codec) {
          value = value_of(choice, request.objective);
        }
      }
      const double expected = value_of(*best, request.objective);
      ASSERT_NEAR(value, expected, 1e-12 * (1 + std::abs(expected))) << i << " " << grid;
    }
  }
}

// Whether a plan at that rate chooses what the policy says there. At rates that are no power of two
// an exact tie may fall either way by rounding: then the policy's choice must be as good.
testing::AssertionResult plan_agrees(const Plan& plan, const PolicyRegion& region) {
  if (plan.chosen.has_value() != region.split.has_value()) {
    return testing::AssertionFailure() << "only one of them has a choice";
  }
  if (!plan.chosen) return testing::AssertionSuccess();
  const double best = *objective_value(plan.objective, *plan.chosen->estimate);
  for (const Candidate& c : plan.candidates) {
    if (c.split != *region.split || c.codec != *region.codec || !c.estimate) continue;
    if (same_choice(c, *plan.chosen)) return testing::AssertionSuccess();
    const double value = *objective_value(plan.objective, *c.estimate);
    if (c.feasible && value - best <= 1e-12 * (1 + best)) return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "policy " << *region.split << " with " << *region.codec
                                     << ", plan " << candidate_name(*plan.chosen);
}

TEST(PlanProperty, PolicyEqualsThePlanAtEveryRateWithAFixedAndAFollowingDownlink) {
  Rng rng(6);
  for (int i = 0; i < 2000; ++i) {
    PlanRequest request = random_request(rng);
    request.link.downlink_follows = i % 2 == 0;
    if (request.link.downlink_follows) request.link.downlink_bps = request.link.rate_bps;
    request.policy = true;
    const std::vector<PolicyRegion> regions = make_plan(request).policy;
    check_partition(regions);
    request.policy = false;
    for (int draw = 0; draw < 20; ++draw) {
      const double rate = std::pow(10.0, static_cast<double>(rng.below(800000)) * 1e-5);
      if (near_boundary(regions, rate)) continue;
      request.link.rate_bps = rate;
      if (request.link.downlink_follows) request.link.downlink_bps = rate;
      ASSERT_TRUE(plan_agrees(make_plan(request), region_at(regions, rate)))
          << "instance " << i << " at " << rate << " bit/s";
    }
  }
}

// Both sides of a boundary are equally good there, or one of them ends at its latency bound.
TEST(PlanProperty, BoundariesAreExactToRounding) {
  Rng rng(5);
  int boundaries = 0;
  for (int i = 0; i < 2000; ++i) {
    PlanRequest request = random_request(rng);
    request.policy = true;
    request.objective = parse_objective("latency");
    request.constraints.max_latency_s.reset();
    const std::vector<PolicyRegion> regions = make_plan(request).policy;
    for (std::size_t b = 1; b < regions.size(); ++b) {
      request.link.rate_bps = regions[b].rate_low_bps;
      double slower = NAN;
      double faster = NAN;
      for (const Choice& choice : oracle_choices(request)) {
        if (choice.codec == *regions[b - 1].codec) slower = choice.latency_s;
        if (choice.codec == *regions[b].codec) faster = choice.latency_s;
      }
      ASSERT_NEAR(slower, faster, 1e-13 * slower);
      ++boundaries;
    }
  }
  EXPECT_GT(boundaries, 500);
}

}  // namespace
}  // namespace splitbench
