#include "io/simulation_document.h"

#include "base/error.h"
#include "io/envelope.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "simulation";
constexpr StrategyKind kStrategies[] = {StrategyKind::kStatic,  StrategyKind::kBestStatic,
                                        StrategyKind::kDynamic, StrategyKind::kInstant,
                                        StrategyKind::kSteady,  StrategyKind::kOracle};

struct Figure {
  const char* key;
  double LatencyDistribution::*value;
};
constexpr Figure kFigures[] = {{"mean", &LatencyDistribution::mean},
                               {"p50", &LatencyDistribution::p50},
                               {"p95", &LatencyDistribution::p95},
                               {"p99", &LatencyDistribution::p99},
                               {"max", &LatencyDistribution::max}};

Json trace_json(const TraceSummary& trace) {
  Json json;
  json["file"] = trace.file;
  if (!trace.format.empty()) json["format"] = trace.format;
  json["duration_s"] = trace.duration_s;
  json["mean"] = trace.mean;
  json["max"] = trace.max;
  return json;
}

TraceSummary trace_from(const JsonNode& node) {
  const auto format = node.find("format");
  return {node.at("file").text(), format ? format->text() : "",
          node.at("duration_s").number(kNotNegative), node.at("mean").number(kNotNegative),
          node.at("max").number(kNotNegative)};
}

Json strategy_json(const StrategyOutcome& outcome) {
  Json json;
  json["kind"] = strategy_name(outcome.kind);
  json["plan"] = outcome.plan;
  for (const Figure& figure : kFigures) {
    json["latency_s"][figure.key] = outcome.latency_s.*figure.value;
  }
  set_or_null(json, "energy_j", outcome.energy_j, "the energy of a choice is unknown");
  set_or_null(json, "deadline_misses", outcome.deadline_misses, "no deadline was given");
  json["switches"] = outcome.switches;
  json["mean_regret_s"] = outcome.mean_regret_s;
  json["worst_regret_s"] = outcome.worst_regret_s;
  json["choices"] = Json::array();
  for (const ChoiceShare& choice : outcome.choices) {
    Json entry;
    entry["split"] = choice.split;
    entry["codec"] = choice.codec;
    entry["share"] = choice.share;
    json["choices"].push_back(std::move(entry));
  }
  return json;
}

StrategyOutcome strategy_from(const JsonNode& node) {
  StrategyOutcome outcome;
  outcome.kind = enum_from(node.at("kind"), kStrategies, strategy_name);
  outcome.plan = node.at("plan").text();
  for (const Figure& figure : kFigures) {
    outcome.latency_s.*figure.value = node.at("latency_s").at(figure.key).number(kNotNegative);
  }
  outcome.energy_j = node.optional_number("energy_j");
  if (const auto misses = node.find("deadline_misses")) outcome.deadline_misses = misses->count();
  outcome.switches = node.at("switches").count();
  outcome.mean_regret_s = node.at("mean_regret_s").number();
  outcome.worst_regret_s = node.at("worst_regret_s").number();
  for (const JsonNode& choice : node.at("choices").items()) {
    outcome.choices.push_back({choice.at("split").text(), choice.at("codec").text(),
                               choice.at("share").number(kZeroToOne)});
  }
  return outcome;
}

}  // namespace

std::string simulation_document(const Simulation& simulation, const RunRecord& run) {
  Json data;
  data["model"]["name"] = simulation.model_name;
  data["model"]["sha256"] = simulation.model_sha256;
  data["rate_bps"] = trace_json(simulation.rate_bps);
  set_or_null(data, "server_load",
              simulation.server_load ? std::optional<Json>(trace_json(*simulation.server_load))
                                     : std::nullopt,
              "no load trace was given: the load is fixed_load all the time");
  data["fixed_load"] = simulation.fixed_load;
  data["queue"] = queue_text(simulation.queue);
  data["requests"] = simulation.requests;
  set_or_null(data, "deadline_s", simulation.deadline_s, "no deadline was given");
  data["margin"] = simulation.margin;
  data["contenders"] = simulation.contenders;
  data["strategies"] = Json::array();
  for (const StrategyOutcome& outcome : simulation.strategies) {
    data["strategies"].push_back(strategy_json(outcome));
  }
  data["warnings"] = simulation.warnings;
  return envelope_text(kKind, run, std::move(data));
}

Simulation read_simulation(const std::string& path) {
  const OpenedDocument document(path, kKind);
  const JsonNode data = document.data();
  Simulation simulation;
  simulation.model_name = data.at("model").at("name").text();
  simulation.model_sha256 = data.at("model").at("sha256").text();
  simulation.rate_bps = trace_from(data.at("rate_bps"));
  if (const auto load = data.find("server_load")) simulation.server_load = trace_from(*load);
  simulation.fixed_load = data.at("fixed_load").number(kNotNegative);
  try {
    simulation.queue = parse_queue(data.at("queue").text());
  } catch (const Error& error) {
    data.at("queue").fail(error.what());
  }
  simulation.requests = data.at("requests").count();
  simulation.deadline_s = data.optional_number("deadline_s");
  simulation.margin = data.at("margin").number(kZeroToOne);
  simulation.contenders = data.at("contenders").count();
  for (const JsonNode& strategy : data.at("strategies").items()) {
    simulation.strategies.push_back(strategy_from(strategy));
  }
  simulation.warnings = data.at("warnings").texts();
  return simulation;
}

}  // namespace splitbench
