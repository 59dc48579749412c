#include "io/shared_plan_document.h"

#include <gtest/gtest.h>

#include "support/memory_file.h"

namespace splitbench {
namespace {

UserPlan sample_user() {
  UserPlan user;
  user.name = "door";
  user.model_name = "tiny";
  user.model_sha256 = std::string(64, 'a');
  user.link = {"test", 1e6, 2e6, 0.02, 10, "made up"};
  user.constraints.max_latency_s = 0.3;
  user.constraints.max_accuracy_loss = 0.01;
  user.weight = 2;
  user.arrivals_hz = 0.5;
  user.options = 7;
  Estimate estimate;
  estimate.latency_s = estimate.device_s = 0.25;
  estimate.energy_reason = "not estimated";
  user.chosen = Candidate{"a", "quant:bits=4", estimate, true, ""};
  user.server_share = 0.25;
  user.alone_s = 0.2;
  return user;
}

SharedPlan read_back(const std::string& text) {
  const MemoryFile file(text.data(), text.size());
  return read_shared_plan(file.path());
}

TEST(SharedPlanDocument, ComesBackAsItWas) {
  SharedPlan plan;
  plan.users = {sample_user()};
  plan.shared_link = plan.users[0].link;
  plan.users[0].shares_link = true;
  plan.users[0].link_share = 0.75;
  plan.server_load = 0.125;
  plan.cost_s = 0.5;
  plan.bound_s = 0.49;
  plan.responded_s = 0.51;
  plan.tried = 12;
  plan.warnings = {"careful"};
  const std::string text = shared_plan_document(plan, {});
  const SharedPlan back = read_back(text);
  EXPECT_EQ(shared_plan_document(back, {}), text);
  EXPECT_EQ(back.users[0].chosen->codec, "quant:bits=4");
  EXPECT_EQ(*back.users[0].constraints.max_latency_s, 0.3);
  EXPECT_EQ(*back.bound_s, 0.49);
  EXPECT_FALSE(back.exact);
}

TEST(SharedPlanDocument, KeepsWhyThereIsNoPlan) {
  SharedPlan plan;
  plan.users = {sample_user()};
  plan.users[0].chosen.reset();
  plan.users[0].alone_s.reset();
  plan.exact = true;
  plan.infeasible_because = "nothing will do";
  const std::string text = shared_plan_document(plan, {});
  EXPECT_NE(text.find("\"cost_s_reason\": \"nothing will do\""), std::string::npos);
  const SharedPlan back = read_back(text);
  EXPECT_EQ(shared_plan_document(back, {}), text);
  EXPECT_FALSE(back.cost_s);
  EXPECT_FALSE(back.users[0].chosen);
}

}  // namespace
}  // namespace splitbench
