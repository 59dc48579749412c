#include "io/plan_document.h"

#include "io/envelope.h"
#include "io/json_text.h"
#include "io/plan_parts.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "plan";

// Every stage and constraint by its key, once for writing and reading.
struct Stage {
  const char* key;
  double Estimate::*value;
};
constexpr Stage kStages[] = {
    {"latency_s", &Estimate::latency_s},   {"device_s", &Estimate::device_s},
    {"encode_s", &Estimate::encode_s},     {"uplink_s", &Estimate::uplink_s},
    {"server_s", &Estimate::server_s},     {"decode_s", &Estimate::decode_s},
    {"downlink_s", &Estimate::downlink_s},
};

struct Limit {
  const char* key;
  std::optional<double> Constraints::*value;
};
constexpr Limit kLimits[] = {
    {"max_accuracy_loss", &Constraints::max_accuracy_loss},
    {"max_latency_s", &Constraints::max_latency_s},
    {"max_energy_j", &Constraints::max_energy_j},
    {"max_payload_bytes", &Constraints::max_payload_bytes},
    {"max_device_memory_bytes", &Constraints::max_device_memory_bytes},
};

struct Baseline {
  const char* key;
  std::optional<Candidate> Plan::*value;
};
constexpr Baseline kBaselines[] = {
    {"device-only", &Plan::device_only},
    {"server-only", &Plan::server_only},
    {"raw-split", &Plan::raw_split},
};

void set_interval(JsonText& json, const char* key, const std::optional<Interval>& interval) {
  if (interval) {
    json.set(key, interval->low, interval->high);
  } else {
    json.set_null(key, "no interval was measured");
  }
}

void write_estimate(JsonText& json, const Estimate& estimate) {
  json.begin();
  for (const Stage& stage : kStages) json.set(stage.key, estimate.*stage.value);
  json.set("queue_s", estimate.queue_s);
  json.set("period_s", estimate.period_s);
  set_interval(json, "latency_s_ci95", estimate.latency_ci95);
  if (estimate.energy_j) {
    json.set("energy_j", *estimate.energy_j);
  } else {
    json.key("energy_j");
    json.null();
    json.set("energy_reason", estimate.energy_reason);
  }
  if (any_energy_part(estimate.energy_parts)) {
    json.key("energy_parts");
    write_energy_parts(json, estimate.energy_parts);
  }
  json.set_or_null("device_memory_bytes", estimate.device_memory_bytes,
                   "the device profile has no layers up to this split");
  json.set("payload_bytes", estimate.payload_bytes);
  json.set("accuracy_loss", estimate.accuracy_loss);
  set_interval(json, "accuracy_loss_ci95", estimate.accuracy_loss_ci95);
  json.end();
}

Estimate estimate_from(const JsonNode& node) {
  Estimate estimate;
  for (const Stage& stage : kStages) {
    estimate.*stage.value = node.at(stage.key).number(kNotNegative);
  }
  estimate.energy_j = node.optional_number("energy_j", kNotNegative);
  estimate.energy_reason = node.optional_text("energy_reason");
  estimate.payload_bytes = node.at("payload_bytes").number(kNotNegative);
  estimate.accuracy_loss = node.at("accuracy_loss").number();
  if (const auto ci95 = node.find("accuracy_loss_ci95")) {
    estimate.accuracy_loss_ci95 = interval_from(*ci95);
  }
  estimate.queue_s = node.optional_number("queue_s", kNotNegative).value_or(0);
  estimate.period_s = node.optional_number("period_s", kNotNegative).value_or(0);
  if (const auto ci95 = node.find("latency_s_ci95")) estimate.latency_ci95 = interval_from(*ci95);
  if (const auto parts = node.find("energy_parts")) {
    estimate.energy_parts = energy_parts_from(*parts);
  }
  estimate.device_memory_bytes = node.optional_number("device_memory_bytes", kNotNegative);
  return estimate;
}

void write_candidate(std::string& text, const Candidate& candidate) {
  JsonText json(text, kKind);
  json.begin();
  json.set("split", candidate.split);
  json.set("codec", candidate.codec);
  if (candidate.estimate) {
    json.key("estimate");
    write_estimate(json, *candidate.estimate);
  } else {
    json.set_null("estimate", candidate.rejected_because);
  }
  json.set_flag("feasible", candidate.feasible);
  json.set("rejected_because", candidate.rejected_because);
  json.end();
}

// A line each: there may be 100,000 of them.
void write_candidates(std::string& text, const std::vector<Candidate>& candidates) {
  constexpr std::size_t kUsualBytes = 768;
  text.reserve(text.size() + candidates.size() * kUsualBytes);
  text += '[';
  for (const Candidate& candidate : candidates) {
    text += &candidate == candidates.data() ? "\n   " : ",\n   ";
    write_candidate(text, candidate);
  }
  text += candidates.empty() ? "]" : "\n  ]";
}

}  // namespace

Json candidate_json(const Candidate& candidate) {
  std::string text;
  write_candidate(text, candidate);
  return Json::parse(text);
}

Candidate candidate_from(const JsonNode& node) {
  Candidate candidate;
  candidate.split = node.at("split").text();
  candidate.codec = node.at("codec").text();
  if (const auto estimate = node.find("estimate")) candidate.estimate = estimate_from(*estimate);
  candidate.feasible = node.at("feasible").boolean();
  candidate.rejected_because = node.optional_text("rejected_because");
  return candidate;
}

Candidate estimated_from(const JsonNode& node) {
  Candidate candidate = candidate_from(node);
  if (!candidate.estimate) node.fail("has no estimate");
  return candidate;
}

Json constraints_json(const Constraints& constraints) {
  Json json = Json::object();
  for (const Limit& limit : kLimits) {
    const auto& value = constraints.*limit.value;
    if (value) json[limit.key] = *value;
  }
  if (constraints.certain_loss) json["certain_loss"] = true;
  return json;
}

Constraints constraints_from(const JsonNode& node) {
  Constraints constraints;
  for (const Limit& limit : kLimits) {
    constraints.*limit.value = node.optional_number(limit.key);
  }
  const auto certain = node.find("certain_loss");
  constraints.certain_loss = certain && certain->boolean();
  return constraints;
}

namespace {

void set_candidate(Json& json, const char* key, const std::optional<Candidate>& candidate,
                   const std::string& reason) {
  set_or_null(json, key, candidate ? std::optional<Json>(candidate_json(*candidate)) : std::nullopt,
              reason);
}

std::optional<Candidate> optional_candidate(const JsonNode& node, const char* key) {
  const auto found = node.find(key);
  return found ? std::optional<Candidate>(estimated_from(*found)) : std::nullopt;
}

Json region_json(const PolicyRegion& region, double server_load) {
  Json json;
  Json& when = json["when"];
  when["rate_bps"]["min"] = region.rate_low_bps;
  set_or_null(when["rate_bps"], "max", region.rate_high_bps, "no upper limit");
  when["server_load"]["min"] = server_load;
  when["server_load"]["max"] = server_load;
  constexpr char kNone[] = "no candidate is feasible here";
  set_or_null(json, "split", region.split, kNone);
  set_or_null(json, "codec", region.codec, kNone);
  return json;
}

PolicyRegion region_from(const JsonNode& node) {
  const JsonNode rate = node.at("when").at("rate_bps");
  PolicyRegion region;
  region.rate_low_bps = rate.at("min").number();
  region.rate_high_bps = rate.optional_number("max");
  if (const auto split = node.find("split")) region.split = split->text();
  if (const auto codec = node.find("codec")) region.codec = codec->text();
  return region;
}

Json policy_json(const Plan& plan) {
  Json json;
  json["variables"] = {"rate_bps", "server_load"};
  json["regions"] = Json::array();
  for (const PolicyRegion& region : plan.policy) {
    json["regions"].push_back(region_json(region, plan.server_load));
  }
  if (plan.table) write_policy_table(json, *plan.table);
  return json;
}

Json question_json(const Plan& plan) {
  Json data;
  data["model"]["name"] = plan.model_name;
  data["model"]["sha256"] = plan.model_sha256;
  data["objective"] = plan.objective.name;
  Json& weights = data["objective_weights"];
  weights["latency_s"] = plan.objective.latency_weight;
  weights["energy_j"] = plan.objective.energy_weight;
  weights["payload_bytes"] = plan.objective.bytes_weight;
  data["constraints"] = constraints_json(plan.constraints);
  data["link"] = link_json(plan.link);
  data["server_load"] = plan.server_load;
  data["device_scale"] = plan.device_scale;
  if (!plan.device_figures.empty()) data["device_scaled_to"] = plan.device_figures;
  if (!plan.server_figures.empty()) data["server_scaled_to"] = plan.server_figures;
  data["server_scale"] = plan.server_scale;
  write_question_parts(data, plan);
  return data;
}

// What was asked for: the counterpart of question_json().
Plan question_from(const JsonNode& data) {
  Plan plan;
  plan.model_name = data.at("model").at("name").text();
  plan.model_sha256 = data.at("model").at("sha256").text();
  plan.objective.name = data.at("objective").text();
  const JsonNode weights = data.at("objective_weights");
  plan.objective.latency_weight = weights.at("latency_s").number(kNotNegative);
  plan.objective.energy_weight = weights.at("energy_j").number(kNotNegative);
  plan.objective.bytes_weight = weights.at("payload_bytes").number(kNotNegative);
  plan.constraints = constraints_from(data.at("constraints"));
  plan.link = link_from(data.at("link"), "");
  plan.server_load = data.at("server_load").number();
  plan.device_scale = data.at("device_scale").number();
  plan.device_figures = data.optional_text("device_scaled_to");
  plan.server_figures = data.optional_text("server_scaled_to");
  plan.server_scale = data.at("server_scale").number();
  read_question_parts(data, plan);
  return plan;
}

}  // namespace

std::string plan_document(const Plan& plan, const RunRecord& run) {
  Json data = question_json(plan);
  set_candidate(data, "chosen", plan.chosen,
                plan.nearest_miss.empty() ? "no candidate is feasible" : plan.nearest_miss);
  set_candidate(data, "runner_up", plan.runner_up, "no other candidate is feasible");
  const bool binds = !plan.binding_constraint.empty();
  set_or_null(data, "binding_constraint",
              binds ? std::optional<std::string>(plan.binding_constraint) : std::nullopt,
              "no constraint keeps a better objective out of reach");
  data["nearest_miss"] = plan.nearest_miss;
  data["baselines"] = Json::object();
  for (const Baseline& baseline : kBaselines) {
    set_candidate(data["baselines"], baseline.key, plan.*baseline.value,
                  "the sweep has no such cell");
  }
  data["candidates"] = part_mark(0);
  write_answer_parts(data, plan, candidate_json);
  data["policy"] = policy_json(plan);
  data["warnings"] = plan.warnings;
  return envelope_text(kKind, run, std::move(data),
                       {[&](std::string& text) { write_candidates(text, plan.candidates); }});
}

Plan read_plan(const std::string& path) {
  const OpenedDocument document(path, kKind);
  const JsonNode data = document.data();
  Plan plan = question_from(data);
  plan.chosen = optional_candidate(data, "chosen");
  plan.runner_up = optional_candidate(data, "runner_up");
  plan.binding_constraint = data.optional_text("binding_constraint");
  plan.nearest_miss = data.optional_text("nearest_miss");
  for (const Baseline& baseline : kBaselines) {
    plan.*baseline.value = optional_candidate(data.at("baselines"), baseline.key);
  }
  for (const JsonNode& candidate : data.at("candidates").items()) {
    plan.candidates.push_back(candidate_from(candidate));
  }
  read_answer_parts(data, plan, estimated_from);
  plan.table = read_policy_table(data.at("policy"));
  for (const JsonNode& region : data.at("policy").at("regions").items()) {
    plan.policy.push_back(region_from(region));
  }
  if (const auto warnings = data.find("warnings")) plan.warnings = warnings->texts();
  return plan;
}

}  // namespace splitbench
