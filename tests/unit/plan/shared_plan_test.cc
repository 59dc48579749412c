#include "plan/shared_plan.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/planner.h"
#include "support/error_message.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

UserRequest user_of(const PlanRequest& plain, const std::string& name) {
  UserRequest user;
  user.name = name;
  user.device = std::make_shared<Profile>(plain.device);
  user.server = std::make_shared<Profile>(plain.server);
  user.cells = std::make_shared<std::vector<Cell>>(plain.cells);
  user.link = plain.link;
  user.constraints = plain.constraints;
  user.device_scale = plain.device_scale;
  user.server_scale = plain.server_scale;
  return user;
}

double stages(const Estimate& e) {
  return e.device_s + e.encode_s + e.uplink_s + e.server_s + e.decode_s + e.downlink_s;
}

TEST(SharedPlan, OfOneUserIsThePlainPlan) {
  for (const double rate : {1e5, 1e6, 1e7}) {
    for (const double load : {0.0, 0.3, 0.9}) {
      PlanRequest plain = make_request();
      plain.link.rate_bps = rate;
      plain.constraints.max_accuracy_loss = 0.01;
      plain.constraints.max_latency_s = 2;
      plain.device_scale = 1.5;
      plain.server_load = load;
      const Plan alone = make_plan(plain);
      for (const bool shared : {false, true}) {
        SharedPlanRequest request;
        request.users = {user_of(plain, "one")};
        request.server_load = load;
        request.users[0].shares_link = shared;
        if (shared) request.shared_link = plain.link;
        const SharedPlan plan = make_shared_plan(request);
        EXPECT_TRUE(plan.exact);
        const UserPlan& user = plan.users[0];
        ASSERT_TRUE(user.chosen);
        EXPECT_TRUE(same_choice(*user.chosen, *alone.chosen));
        const Estimate& estimate = *user.chosen->estimate;
        EXPECT_NEAR(estimate.latency_s, alone.chosen->estimate->latency_s, 1e-9);
        EXPECT_NEAR(estimate.server_s, alone.chosen->estimate->server_s, 1e-9);
        EXPECT_NEAR(estimate.uplink_s, alone.chosen->estimate->uplink_s, 1e-9);
        EXPECT_NEAR(estimate.queue_s, alone.chosen->estimate->queue_s, 1e-9);
        EXPECT_NEAR(stages(estimate), estimate.latency_s, 1e-9);
        EXPECT_NEAR(*user.alone_s, estimate.latency_s, 1e-9);
      }
    }
  }
}

TEST(SharedPlan, EveryoneKeepsItsDeadlineAndSharesAddUp) {
  PlanRequest plain = make_request();
  SharedPlanRequest request;
  request.shared_link = plain.link;
  for (int i = 0; i < 4; ++i) {
    request.users.push_back(user_of(plain, "user " + std::to_string(i)));
    request.users.back().shares_link = true;
    request.users.back().arrivals_hz = 0.2 * i;
    request.users.back().weight = 1 + i;
    request.users.back().constraints.max_latency_s = 1.2;
  }
  request.users[2].constraints.max_latency_s = 0.45;
  const SharedPlan plan = make_shared_plan(request);
  ASSERT_TRUE(plan.cost_s) << plan.infeasible_because;
  EXPECT_TRUE(plan.exact);
  double server = 0;
  double link = 0;
  double cost = 0;
  for (const UserPlan& user : plan.users) {
    const Estimate& estimate = *user.chosen->estimate;
    EXPECT_LE(estimate.latency_s, *user.constraints.max_latency_s * (1 + 1e-6));
    EXPECT_NEAR(stages(estimate), estimate.latency_s, 1e-9);
    EXPECT_GE(estimate.latency_s, *user.alone_s * (1 - 1e-9));
    server += user.server_share;
    link += user.link_share;
    cost += user.weight * estimate.latency_s;
  }
  EXPECT_LE(server, 1 + 1e-9);
  EXPECT_LE(link, 1 + 1e-9);
  EXPECT_GT(link, 0.99);
  EXPECT_NEAR(cost, *plan.cost_s, 1e-9);
}

TEST(SharedPlan, SaysWhyThereIsNone) {
  PlanRequest plain = make_request();
  SharedPlanRequest request;
  request.users = {user_of(plain, "slow"), user_of(plain, "hasty")};
  request.users[1].constraints.max_latency_s = 0.01;
  const SharedPlan hopeless = make_shared_plan(request);
  EXPECT_FALSE(hopeless.cost_s);
  EXPECT_TRUE(hopeless.exact);
  EXPECT_FALSE(hopeless.bound_s);
  EXPECT_FALSE(hopeless.users[1].alone_s);
  EXPECT_NE(hopeless.infeasible_because.find("user 'hasty' cannot be served even alone"),
            std::string::npos);
  EXPECT_NE(hopeless.infeasible_because.find("latency"), std::string::npos);

  request.users.clear();
  for (int i = 0; i < 8; ++i) {
    request.users.push_back(user_of(plain, "user " + std::to_string(i)));
    request.users.back().constraints.max_latency_s = 0.45;
  }
  const SharedPlan crowded = make_shared_plan(request);
  EXPECT_FALSE(crowded.cost_s);
  EXPECT_TRUE(crowded.users[7].alone_s);
  EXPECT_NE(crowded.infeasible_because.find("each user could be served alone"), std::string::npos);
}

TEST(SharedPlan, RefusesBadUsers) {
  const PlanRequest plain = make_request();
  const auto refuses = [&](auto change, const std::string& says) {
    SharedPlanRequest request;
    request.users = {user_of(plain, "a"), user_of(plain, "b")};
    change(request);
    const std::string message = bad_input_message([&] { make_shared_plan(request); });
    EXPECT_NE(message.find(says), std::string::npos) << message;
  };
  refuses([](SharedPlanRequest& r) { r.users.clear(); }, "no users");
  refuses([](SharedPlanRequest& r) { r.users[1].name = "a"; }, "two users are called 'a'");
  refuses([](SharedPlanRequest& r) { r.users[1].name = ""; }, "no name");
  refuses([](SharedPlanRequest& r) { r.users[1].weight = 0; }, "user 'b': the weight is 0");
  refuses([](SharedPlanRequest& r) { r.users[1].weight = 5e-324; }, "it must be 1e-6 to 1e6");
  refuses([](SharedPlanRequest& r) { r.users[1].arrivals_hz = -1; }, "arrival rate is -1");
  refuses([](SharedPlanRequest& r) { r.users[1].constraints.max_energy_j = 1; }, "energy");
  refuses([](SharedPlanRequest& r) { r.users[1].constraints.max_latency_s = -1; }, "max_latency_s");
  refuses([](SharedPlanRequest& r) { r.users[1].link.rate_bps = 0; }, "user 'b': ");
  refuses([](SharedPlanRequest& r) { r.server_load = 1; }, "load");
}

}  // namespace
}  // namespace splitbench
