#include "core/server_queue.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace splitbench {
namespace {

TEST(ServerQueue, WaitingFactors) {
  EXPECT_EQ(waiting_factor(parse_queue("mm1"), 0), 0);
  EXPECT_EQ(waiting_factor(parse_queue("mm1"), 0.75), 3);
  EXPECT_EQ(waiting_factor(parse_queue("mg1:cv=1"), 0.75), 3);
  EXPECT_EQ(waiting_factor(parse_queue("md1"), 0.75), 1.5);
  EXPECT_EQ(waiting_factor(parse_queue("mg1:cv=3"), 0.5), 5);
  EXPECT_EQ(waiting_factor(parse_queue("multiplier"), 2), 2);
}

TEST(ServerQueue, TextAndLoadReturn) {
  for (const char* text : {"mm1", "md1", "mg1:cv=2", "multiplier"}) {
    const ServerQueue queue = parse_queue(text);
    EXPECT_EQ(queue_text(queue), text);
    EXPECT_NEAR(load_of_waiting(queue, waiting_factor(queue, 0.6)), 0.6, 1e-15);
  }
}

TEST(ServerQueue, RefusesOtherQueuesAndLoads) {
  for (const char* text : {"", "mm2", "mg1", "mg1:cv=-1", "mg1:cv=x", "md1:cv=1", "mm1:a=1"}) {
    EXPECT_THROW(parse_queue(text), Error) << text;
  }
  for (const double load : {1.0, 1.5, -0.1, std::nan("")}) {
    EXPECT_THROW(check_load(parse_queue("mm1"), load), Error) << load;
  }
  check_load(parse_queue("multiplier"), 5);
  EXPECT_THROW(check_load(parse_queue("multiplier"), -1), Error);
}

}  // namespace
}  // namespace splitbench
