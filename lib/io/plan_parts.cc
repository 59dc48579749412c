#include "io/plan_parts.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "io/base64.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

using Form = Objective::Form;

constexpr Quantity kQuantities[] = {Quantity::kLatency, Quantity::kEnergy, Quantity::kBytes,
                                    Quantity::kLoss,    Quantity::kMemory, Quantity::kPeriod};
constexpr Form kForms[] = {Form::kWeighted, Form::kLexicographic, Form::kKnee};

const char* form_name(Form form) {
  if (form == Form::kLexicographic) return "lexicographic";
  return form == Form::kKnee ? "knee" : "weighted";
}

struct PowerField {
  const char* key;
  std::optional<double> PowerModel::*value;
};
constexpr PowerField kPowerFields[] = {{"compute_w", &PowerModel::compute_w},
                                       {"idle_w", &PowerModel::idle_w},
                                       {"radio_w", &PowerModel::radio_w},
                                       {"receive_w", &PowerModel::receive_w},
                                       {"tail_j", &PowerModel::tail_j}};

struct EnergyField {
  const char* key;
  std::optional<double> EnergyParts::*value;
  const char* reason;  // why it is unknown
};
constexpr EnergyField kEnergyFields[] = {
    {"compute_j", &EnergyParts::compute, "neither measured nor given (--power compute_w)"},
    {"encode_j", &EnergyParts::encode,
     "neither metered while the network ran nor given (--power compute_w)"},
    {"radio_j", &EnergyParts::radio, "neither the link has a radio nor --power radio_w"},
    {"receive_j", &EnergyParts::receive,
     "neither the link's radio says what receiving takes nor --power receive_w"},
    {"tail_j", &EnergyParts::tail, "neither the link has a radio nor --power tail_j"},
    {"idle_j", &EnergyParts::idle, "neither metered nor given (--power idle_w)"}};

struct TraceField {
  const char* key;
  double TraceOutcome::*value;
};
constexpr TraceField kTraceFields[] = {{"duration_s", &TraceOutcome::duration_s},
                                       {"mean_bps", &TraceOutcome::mean_bps},
                                       {"mean_s", &TraceOutcome::mean_s},
                                       {"p95_s", &TraceOutcome::p95_s},
                                       {"worst_s", &TraceOutcome::worst_s},
                                       {"mean_regret_s", &TraceOutcome::mean_regret_s},
                                       {"worst_regret_s", &TraceOutcome::worst_regret_s}};

using Statistic = RobustStatistic::Kind;
constexpr Statistic kStatistics[] = {Statistic::kMean, Statistic::kQuantile, Statistic::kCantelli};

const char* statistic_name(Statistic kind) {
  if (kind == Statistic::kQuantile) return "quantile";
  return kind == Statistic::kCantelli ? "cantelli" : "mean";
}

Json power_json(const PowerModel& power) {
  Json json = Json::object();
  for (const PowerField& field : kPowerFields) {
    if (power.*field.value) json[field.key] = *(power.*field.value);
  }
  if (power.radio_w_per_bps > 0) json["radio_w_per_bps"] = power.radio_w_per_bps;
  if (power.receive_w_per_bps > 0) json["receive_w_per_bps"] = power.receive_w_per_bps;
  return json;
}

PowerModel power_from(const JsonNode& node) {
  PowerModel power;
  for (const PowerField& field : kPowerFields) {
    power.*field.value = node.optional_number(field.key, kNotNegative);
  }
  power.radio_w_per_bps = node.optional_number("radio_w_per_bps", kNotNegative).value_or(0);
  power.receive_w_per_bps = node.optional_number("receive_w_per_bps", kNotNegative).value_or(0);
  return power;
}

Json trace_json(const TraceOutcome& trace) {
  Json json;
  json["file"] = trace.file;
  if (!trace.format.empty()) json["format"] = trace.format;
  json["starts"] = trace.starts;
  json["statistic"] = statistic_name(trace.statistic.kind);
  if (trace.statistic.kind != Statistic::kMean) json["share"] = trace.statistic.p;
  for (const TraceField& field : kTraceFields) json[field.key] = trace.*field.value;
  return json;
}

TraceOutcome trace_from(const JsonNode& node) {
  TraceOutcome trace;
  trace.file = node.at("file").text();
  if (const auto format = node.find("format")) trace.format = format->text();
  trace.starts = node.at("starts").count();
  trace.statistic.kind = enum_from(node.at("statistic"), kStatistics, statistic_name);
  trace.statistic.p = node.optional_number("share", kZeroToOne).value_or(trace.statistic.p);
  for (const TraceField& field : kTraceFields) trace.*field.value = node.at(field.key).number();
  return trace;
}

Json explanation_json(const Explanation& explanation, const CandidateWriter& candidate) {
  Json json;
  json["why"] = explanation.why;
  const auto& certain = explanation.certain;
  set_or_null(json, "certain_choice",
              certain ? std::optional<Json>(candidate(*certain)) : std::nullopt,
              "no accuracy bound, or no candidate whose whole interval keeps it");
  json["turnings"] = Json::array();
  for (const Turning& turning : explanation.turnings) {
    Json entry;
    entry["input"] = turning.input;
    entry["now"] = turning.now;
    entry["at"] = turning.at;
    entry["split"] = turning.split;
    entry["codec"] = turning.codec;
    json["turnings"].push_back(std::move(entry));
  }
  json["sensitivities"] = Json::array();
  for (const Sensitivity& sensitivity : explanation.sensitivities) {
    Json entry;
    entry["input"] = sensitivity.input;
    entry["value"] = sensitivity.value;
    entry["elasticity"] = sensitivity.elasticity;
    json["sensitivities"].push_back(std::move(entry));
  }
  return json;
}

Explanation explanation_from(const JsonNode& node, const CandidateReader& candidate) {
  Explanation explanation;
  explanation.why = node.at("why").text();
  if (const auto certain = node.find("certain_choice")) explanation.certain = candidate(*certain);
  for (const JsonNode& turning : node.at("turnings").items()) {
    explanation.turnings.push_back({turning.at("input").text(), turning.at("now").number(),
                                    turning.at("at").number(), turning.at("split").text(),
                                    turning.at("codec").text()});
  }
  for (const JsonNode& entry : node.at("sensitivities").items()) {
    explanation.sensitivities.push_back(
        {entry.at("input").text(), entry.at("value").number(), entry.at("elasticity").number()});
  }
  return explanation;
}

Json front_json(const Plan& plan) {
  Json front = Json::array();
  for (const ParetoPoint& point : plan.front) {
    const Candidate& candidate = plan.candidates.at(point.candidate);
    Json entry;
    entry["candidate"] = point.candidate;
    entry["split"] = candidate.split;
    entry["codec"] = candidate.codec;
    entry["knee"] = point.knee;
    front.push_back(std::move(entry));
  }
  return front;
}

Json search_json(const SearchOutcome& search) {
  Json json;
  json["settings"] = search.settings;
  json["budget"] = search.budget;
  json["measured"] = search.measured;
  json["ended"] = search.ended;
  set_or_null(json, "value", search.value, "no candidate found is feasible");
  set_or_null(json, "exhaustive_value", search.exhaustive_value,
              search.measured_now ? "the search measured as it went, and nobody all settings"
                                  : "no candidate is feasible");
  if (search.measured_now) json["measured_now"] = *search.measured_now;
  return json;
}

SearchOutcome search_from(const JsonNode& node) {
  SearchOutcome search;
  search.settings = node.at("settings").count();
  search.budget = node.at("budget").count();
  search.measured = node.at("measured").count();
  search.ended = node.at("ended").boolean();
  search.value = node.optional_number("value");
  search.exhaustive_value = node.optional_number("exhaustive_value");
  if (const auto now = node.find("measured_now")) search.measured_now = now->count();
  return search;
}

}  // namespace

void write_question_parts(Json& data, const Plan& plan) {
  data["objective_form"] = form_name(plan.objective.form);
  data["objective_goals"] = Json::array();
  for (const Goal& goal : plan.objective.goals) {
    Json entry;
    entry["quantity"] = quantity_name(goal.quantity);
    entry["tolerance"] = goal.tolerance;
    data["objective_goals"].push_back(std::move(entry));
  }
  data["queue"] = queue_text(plan.queue);
  data["batch"] = plan.batch;
  if (plan.result_bytes) data["result_bytes"] = *plan.result_bytes;
  data["power"] = power_json(plan.power);
  data["power_sources"] = plan.power.sources;
}

void read_question_parts(const JsonNode& data, Plan& plan) {
  if (const auto form = data.find("objective_form")) {
    plan.objective.form = enum_from(*form, kForms, form_name);
  }
  if (const auto goals = data.find("objective_goals")) {
    for (const JsonNode& goal : goals->items()) {
      plan.objective.goals.push_back({enum_from(goal.at("quantity"), kQuantities, quantity_name),
                                      goal.at("tolerance").number(kNotNegative)});
    }
  }
  if (plan.objective.goals.empty() != (plan.objective.form == Form::kWeighted)) {
    data.fail("has an objective whose goals do not go with its form");
  }
  if (const auto queue = data.find("queue")) {
    try {
      plan.queue = parse_queue(queue->text());
    } catch (const Error& error) {
      queue->fail(error.what());
    }
  }
  if (const auto batch = data.find("batch")) plan.batch = batch->integer(1);
  plan.result_bytes = data.optional_number("result_bytes", kNotNegative);
  if (const auto power = data.find("power")) plan.power = power_from(*power);
  if (const auto sources = data.find("power_sources")) {
    for (const auto& [figure, source] : sources->members()) {
      plan.power.sources[figure] = source.text();
    }
  }
}

void write_answer_parts(Json& data, const Plan& plan, const CandidateWriter& candidate) {
  data["front"] = front_json(plan);
  if (plan.trace) data["trace"] = trace_json(*plan.trace);
  if (plan.explanation) data["explanation"] = explanation_json(*plan.explanation, candidate);
  if (plan.search) data["search"] = search_json(*plan.search);
}

void read_answer_parts(const JsonNode& data, Plan& plan, const CandidateReader& candidate) {
  if (const auto front = data.find("front")) {
    for (const JsonNode& point : front->items()) {
      const std::uint64_t index = point.at("candidate").count();
      if (index >= plan.candidates.size()) point.at("candidate").fail("is no candidate's place");
      plan.front.push_back({static_cast<std::size_t>(index), point.at("knee").boolean()});
    }
  }
  if (const auto trace = data.find("trace")) plan.trace = trace_from(*trace);
  if (const auto explanation = data.find("explanation")) {
    plan.explanation = explanation_from(*explanation, candidate);
  }
  if (const auto search = data.find("search")) plan.search = search_from(*search);
}

void write_policy_table(Json& policy, const PolicyTable& table) {
  policy["table"] = base64_encode(policy_bytes(table));
}

std::optional<PolicyTable> read_policy_table(const JsonNode& policy) {
  const auto table = policy.find("table");
  if (!table) return std::nullopt;
  try {
    return parse_policy(base64_decode(table->text()), "the table");
  } catch (const Error& error) {
    table->fail(std::string("is no policy table: ") + error.what());
  }
}

bool any_energy_part(const EnergyParts& parts) {
  return std::any_of(std::begin(kEnergyFields), std::end(kEnergyFields),
                     [&](const EnergyField& field) { return (parts.*field.value).has_value(); });
}

void write_energy_parts(JsonText& json, const EnergyParts& parts) {
  json.begin();
  for (const EnergyField& field : kEnergyFields) {
    json.set_or_null(field.key, parts.*field.value, field.reason);
  }
  json.end();
}

EnergyParts energy_parts_from(const JsonNode& node) {
  EnergyParts parts;
  for (const EnergyField& field : kEnergyFields) {
    parts.*field.value = node.optional_number(field.key, kNotNegative);
  }
  return parts;
}

}  // namespace splitbench
