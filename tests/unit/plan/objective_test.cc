#include "plan/objective.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace splitbench {
namespace {

TEST(Objective, Names) {
  EXPECT_EQ(parse_objective("latency").latency_weight, 1);
  EXPECT_EQ(parse_objective("energy").energy_weight, 1);
  EXPECT_EQ(parse_objective("energy").latency_weight, 0);
  EXPECT_EQ(parse_objective("bytes").bytes_weight, 1);
  const Objective weighted = parse_objective("weighted:latency=2,energy=0.5,bytes=1e-6");
  EXPECT_EQ(weighted.latency_weight, 2);
  EXPECT_EQ(weighted.energy_weight, 0.5);
  EXPECT_EQ(weighted.bytes_weight, 1e-6);
  EXPECT_EQ(weighted.name, "weighted:latency=2,energy=0.5,bytes=1e-6");
  EXPECT_EQ(parse_objective("weighted:bytes=3").latency_weight, 0);
}

TEST(Objective, RefusesTheRest) {
  for (const char* text :
       {"", "speed", "weighted", "weighted:", "weighted:latency", "weighted:latency=-1",
        "weighted:latency=0,bytes=0", "weighted:x=1", "weighted:latency=inf", "weighted:latency=1,",
        "weighted:latency=1,latency=2", "weighted:bytes=1e300"}) {
    EXPECT_THROW(parse_objective(text), Error) << text;
  }
}

TEST(Objective, ValueNeedsEnergyOnlyWhenItCounts) {
  Estimate estimate;
  estimate.latency_s = 2;
  estimate.payload_bytes = 10;
  EXPECT_DOUBLE_EQ(*objective_value(parse_objective("weighted:latency=3,bytes=0.5"), estimate), 11);
  EXPECT_FALSE(objective_value(parse_objective("energy"), estimate));
  estimate.energy_j = 4;
  EXPECT_DOUBLE_EQ(*objective_value(parse_objective("weighted:latency=1,energy=2"), estimate), 10);
}

TEST(Objective, TextsCarryTheUnitOfASingleQuantity) {
  EXPECT_EQ(objective_text(parse_objective("latency"), 0.0123), "12.3 ms");
  EXPECT_EQ(objective_text(parse_objective("energy"), 0.4), "400 mJ");
  EXPECT_EQ(objective_text(parse_objective("bytes"), 1200), "1.20 kB");
  EXPECT_EQ(objective_text(parse_objective("weighted:latency=2"), 0.5), "0.5");
}

}  // namespace
}  // namespace splitbench
