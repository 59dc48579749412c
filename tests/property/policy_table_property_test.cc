// The table of the whole policy against the best candidate by the cost model, over rate and load.
#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "plan/objective.h"
#include "plan/planner.h"
#include "plan/policy_cells.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

double part(Rng& rng, double scale) { return scale * rng.uniform(); }

PlanRequest random_request(Rng& rng, std::size_t cells) {
  const char* const objectives[] = {"latency", "energy", "weighted:latency=1,energy=0.5",
                                    "weighted:latency=1,bytes=1e-6", "bytes"};
  PlanRequest request;
  request.device = make_profile(1 + part(rng, 1));
  request.server = make_profile(0.05 + part(rng, 0.2));
  request.link = {"random", 1e6, 2e6, part(rng, 0.1), 66, ""};
  request.link.downlink_follows = rng.below(2) == 0;
  if (request.link.downlink_follows) request.link.downlink_bps = request.link.rate_bps;
  request.objective = parse_objective(objectives[rng.below(5)]);
  set_energy(request.device, 2 + part(rng, 3));
  if (rng.below(2) == 0) {
    request.power.compute_w = 4;
    request.power.idle_w = 1.5;
    request.power.radio_w = request.power.receive_w = 1;
    request.power.radio_w_per_bps = 4e-7;
  }
  const char* const splits[] = {"server-only", "a", "b"};
  for (std::size_t i = 0; i < cells; ++i) {
    request.cells.push_back(make_cell(splits[rng.below(3)], "c" + std::to_string(i),
                                      std::exp(rng.uniform() * 9 + 3), part(rng, 0.05),
                                      part(rng, 0.05), part(rng, 0.05)));
  }
  if (rng.below(2) == 0) request.constraints.max_accuracy_loss = part(rng, 0.05);
  if (rng.below(2) == 0) request.constraints.max_latency_s = part(rng, 3);
  if (rng.below(4) == 0) request.constraints.max_energy_j = part(rng, 6);
  request.policy = true;
  return request;
}

// The planner's own choice under other conditions.
Plan plan_at(PlanRequest request, double rate, double load) {
  request.policy = false;
  request.link.rate_bps = rate;
  if (request.link.downlink_follows) request.link.downlink_bps = rate;
  request.server_load = load;
  return make_plan(request);
}

// The value that the table promises is the least there is; whether the names agree is a matter of
// rounding where two cost the same.
void expect_same_choice(const Plan& plan, const PolicyTable& table, double rate, double load) {
  const std::size_t i = choose_entry(table, rate, load);
  if (!plan.chosen) {
    // A bound that is met to the last digit may fall either way.
    if (i == kNoEntry) return;
    const double latency_s = table.entries[i].latency_s.at(1 / rate, load / (1 - load));
    const bool at_bound = table.max_latency_s && latency_s > *table.max_latency_s * (1 - 1e-9);
    ASSERT_TRUE(at_bound || table.max_energy_j) << latency_s;
    return;
  }
  const double best = *objective_value(plan.objective, *plan.chosen->estimate);
  ASSERT_NE(i, kNoEntry) << candidate_name(*plan.chosen) << " at " << rate << ", " << load;
  const double value = table.entries[i].value.at(1 / rate, load / (1 - load));
  ASSERT_NEAR(value, best, 1e-9 * (1 + std::abs(best)))
      << table.entries[i].codec << " and " << plan.chosen->codec << " at " << rate << ", " << load;
}

TEST(PolicyTableProperty, EqualsThePlannerOnAFineGridOfRatesAndLoads) {
  Rng rng(11);
  std::size_t entries = 0;
  for (int i = 0; i < 150; ++i) {
    const PlanRequest request = random_request(rng, 1 + rng.below(24));
    const PolicyTable table = *make_plan(request).table;
    entries += table.entries.size();
    for (int r = 0; r <= 24; ++r) {
      const double rate = std::pow(10.0, 2 + 0.3 * r);
      for (const double load : {0.0, 0.3, 0.77, 0.95}) {
        expect_same_choice(plan_at(request, rate, load), table, rate, load);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(entries, 300u);
}

double area_of(const PolicyCell& cell) {
  double area = 0;
  const PolicyCorner& o = cell.corners.front();
  for (std::size_t k = 0; k < cell.corners.size(); ++k) {
    const PolicyCorner& a = cell.corners[k];
    const PolicyCorner& b = cell.corners[(k + 1) % cell.corners.size()];
    area += (a.x - o.x) * (b.w - o.w) - (b.x - o.x) * (a.w - o.w);
  }
  return area / 2;
}

// At each corner within the domain the entry costs as much as the best there: no boundary is off.
// The cells of a policy without bounds fill the domain.
TEST(PolicyTableProperty, CellsMeetWhereTheirEntriesCostTheSameAndFillTheDomain) {
  Rng rng(12);
  std::size_t corners = 0;
  for (int i = 0; i < 300; ++i) {
    PlanRequest request = random_request(rng, 1 + rng.below(24));
    request.constraints.max_latency_s.reset();
    request.constraints.max_energy_j.reset();
    const PolicyTable table = *make_plan(request).table;
    double area = 0;
    for (const PolicyCell& cell : policy_cells(table, 1)) {
      area += area_of(cell);
      for (const PolicyCorner& corner : cell.corners) {
        const std::size_t best = best_entry(table, corner.x, corner.w, 1);
        const double least = table.entries[best].value.at(corner.x, corner.w);
        const double own = table.entries[cell.entry].value.at(corner.x, corner.w);
        ASSERT_NEAR(own, least, 1e-9 * (1 + std::abs(least))) << i;
        ++corners;
      }
    }
    ASSERT_NEAR(area, kMaxPolicyX * kMaxPolicyWaiting, 1e-6 * kMaxPolicyWaiting) << i;
  }
  EXPECT_GT(corners, 2000u);
}

// A point inside a cell is its entry's.
TEST(PolicyTableProperty, CellsHoldTheBestEntryAlsoWithBounds) {
  Rng rng(13);
  std::size_t points = 0;
  for (int i = 0; i < 300; ++i) {
    const PolicyTable table = *make_plan(random_request(rng, 1 + rng.below(24))).table;
    for (const PolicyCell& cell : policy_cells(table, 1)) {
      PolicyCorner middle;
      for (const PolicyCorner& corner : cell.corners) {
        middle.x += corner.x / static_cast<double>(cell.corners.size());
        middle.w += corner.w / static_cast<double>(cell.corners.size());
      }
      const std::size_t best = best_entry(table, middle.x, middle.w, 1);
      ASSERT_NE(best, kNoEntry) << i;
      const double least = table.entries[best].value.at(middle.x, middle.w);
      const double own = table.entries[cell.entry].value.at(middle.x, middle.w);
      ASSERT_NEAR(own, least, 1e-9 * (1 + std::abs(least))) << i;
      ++points;
    }
  }
  EXPECT_GT(points, 300u);
}

TEST(PolicyTableProperty, BytesReturnTheTable) {
  Rng rng(14);
  for (int i = 0; i < 300; ++i) {
    const PolicyTable table = *make_plan(random_request(rng, 1 + rng.below(24))).table;
    const Bytes bytes = policy_bytes(table);
    EXPECT_EQ(policy_bytes(parse_policy(bytes, "table")), bytes);
    const PolicyTable copy = parse_policy(bytes, "table");
    for (int k = 0; k < 50; ++k) {
      const double rate = std::pow(10.0, 2 + 7 * rng.uniform());
      const double load = rng.uniform();
      EXPECT_EQ(choose_entry(copy, rate, load), choose_entry(table, rate, load));
    }
  }
}

}  // namespace
}  // namespace splitbench
