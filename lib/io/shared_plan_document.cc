#include "io/shared_plan_document.h"

#include "io/envelope.h"
#include "io/plan_parts.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "shared-plan";

Json user_json(const UserPlan& user, const std::string& infeasible_because) {
  Json json;
  json["name"] = user.name;
  json["model"]["name"] = user.model_name;
  json["model"]["sha256"] = user.model_sha256;
  json["link"] = link_json(user.link);
  json["shares_link"] = user.shares_link;
  json["constraints"] = constraints_json(user.constraints);
  json["weight"] = user.weight;
  json["arrivals_hz"] = user.arrivals_hz;
  json["device_scale"] = user.device_scale;
  json["server_scale"] = user.server_scale;
  json["options"] = user.options;
  set_or_null(json, "chosen",
              user.chosen ? std::optional<Json>(candidate_json(*user.chosen)) : std::nullopt,
              infeasible_because);
  json["server_share"] = user.server_share;
  json["link_share"] = user.link_share;
  set_or_null(json, "alone_s", user.alone_s, "no choice keeps its bounds, even alone");
  return json;
}

UserPlan user_from(const JsonNode& node) {
  UserPlan user;
  user.name = node.at("name").text();
  user.model_name = node.at("model").at("name").text();
  user.model_sha256 = node.at("model").at("sha256").text();
  user.link = link_from(node.at("link"), "");
  user.shares_link = node.at("shares_link").boolean();
  user.constraints = constraints_from(node.at("constraints"));
  user.weight = node.at("weight").number(kNotNegative);
  user.arrivals_hz = node.at("arrivals_hz").number(kNotNegative);
  user.device_scale = node.at("device_scale").number(kNotNegative);
  user.server_scale = node.at("server_scale").number(kNotNegative);
  user.options = node.at("options").count();
  if (const auto chosen = node.find("chosen")) user.chosen = estimated_from(*chosen);
  user.server_share = node.at("server_share").number(kZeroToOne);
  user.link_share = node.at("link_share").number(kZeroToOne);
  user.alone_s = node.optional_number("alone_s", kNotNegative);
  return user;
}

}  // namespace

std::string shared_plan_document(const SharedPlan& plan, const RunRecord& run) {
  Json data;
  data["server_load"] = plan.server_load;
  set_or_null(data, "shared_link",
              plan.shared_link ? std::optional<Json>(link_json(*plan.shared_link)) : std::nullopt,
              "every user has a link of its own");
  const std::string& none = plan.infeasible_because;
  set_or_null(data, "cost_s", plan.cost_s, none);
  set_or_null(data, "bound_s", plan.bound_s, "it is proven that nothing is feasible");
  data["exact"] = plan.exact;
  set_or_null(data, "responded_s", plan.responded_s, "best responses found nothing feasible");
  data["tried"] = plan.tried;
  data["infeasible_because"] = plan.infeasible_because;
  data["users"] = Json::array();
  for (const UserPlan& user : plan.users) data["users"].push_back(user_json(user, none));
  data["warnings"] = plan.warnings;
  return envelope_text(kKind, run, std::move(data));
}

SharedPlan read_shared_plan(const std::string& path) {
  const OpenedDocument document(path, kKind);
  const JsonNode data = document.data();
  SharedPlan plan;
  plan.server_load = data.at("server_load").number(kZeroToOne);
  if (const auto link = data.find("shared_link")) plan.shared_link = link_from(*link, "");
  plan.cost_s = data.optional_number("cost_s", kNotNegative);
  plan.bound_s = data.optional_number("bound_s");
  plan.exact = data.at("exact").boolean();
  plan.responded_s = data.optional_number("responded_s", kNotNegative);
  plan.tried = data.at("tried").count();
  plan.infeasible_because = data.optional_text("infeasible_because");
  for (const JsonNode& user : data.at("users").items()) plan.users.push_back(user_from(user));
  plan.warnings = data.at("warnings").texts();
  return plan;
}

}  // namespace splitbench
