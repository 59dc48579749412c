#include "io/profile_document.h"

#include <set>

#include "io/envelope.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "profile";
constexpr char kNoPeak[] = "not measured here: this kernel does not tell a part's peak";
constexpr char kNoSource[] = "none";  // of energy, without a meter
constexpr char kMeasured[] = "measured", kModelled[] = "modelled";
constexpr SplitKind kSplitKinds[] = {SplitKind::kDeviceOnly, SplitKind::kInner,
                                     SplitKind::kServerOnly};

Json latency_json(const LatencySummary& latency) {
  Json json;
  json["median"] = latency.median;
  json["p95"] = latency.p95;
  json["ci95"] = interval_json(latency.ci95);
  json["samples"] = latency.samples;
  return json;
}

LatencySummary latency_from(const JsonNode& node) {
  return {node.at("median").number(kNotNegative), node.at("p95").number(kNotNegative),
          interval_from(node.at("ci95"), kNotNegative), node.at("samples").numbers(kNotNegative)};
}

void set_energy(Json& json, const EnergyReading& energy) {
  json["energy_j"] = energy.joules ? Json(*energy.joules) : Json(nullptr);
  json["energy_source"] = energy.source;
  if (!energy.joules) json["energy_reason"] = energy.reason;
  if (energy.source == kNoSource) return;
  json["energy_kind"] = energy.modelled ? kModelled : kMeasured;
  if (energy.mean_w) json["mean_power_w"] = *energy.mean_w;
  if (energy.ci95) json["energy_ci95"] = interval_json(*energy.ci95);
  if (energy.joules) {
    set_or_null(json, "dynamic_energy_j", energy.dynamic_joules, energy.dynamic_reason);
    if (energy.dynamic_ci95) json["dynamic_energy_ci95"] = interval_json(*energy.dynamic_ci95);
  }
  if (energy.runs == 0) return;
  json["energy_window"]["runs"] = energy.runs;
  json["energy_window"]["updates"] = energy.updates;
  json["energy_window"]["seconds"] = energy.window_s;
}

std::optional<Interval> optional_interval(const JsonNode& node, const std::string& key) {
  const auto found = node.find(key);
  if (!found) return std::nullopt;
  return interval_from(*found);
}

bool is_modelled(const JsonNode& node, const std::string& key) {
  return node.optional_text(key) == kModelled;
}

EnergyReading energy_from(const JsonNode& node) {
  EnergyReading energy;
  energy.joules = node.optional_number("energy_j", kNotNegative);
  energy.source = node.at("energy_source").text();
  energy.reason = node.optional_text("energy_reason");
  energy.modelled = is_modelled(node, "energy_kind");
  energy.mean_w = node.optional_number("mean_power_w", kNotNegative);
  energy.ci95 = optional_interval(node, "energy_ci95");
  energy.dynamic_joules = node.optional_number("dynamic_energy_j", kNotNegative);
  energy.dynamic_ci95 = optional_interval(node, "dynamic_energy_ci95");
  energy.dynamic_reason = node.optional_text("dynamic_energy_j_reason");
  if (const auto window = node.find("energy_window")) {
    energy.runs = window->at("runs").count();
    energy.updates = window->at("updates").count();
    energy.window_s = window->at("seconds").number(kNotNegative);
  }
  return energy;
}

Json power_json(const PowerRecord& power) {
  Json json;
  json["meter"] = power.meter;
  json["kind"] = power.modelled ? kModelled : kMeasured;
  json["rail"] = power.rail;
  json["quantity"] = power.quantity;
  json["update_period_s"] = power.update_period_s;
  json["quantum"] = power.quantum;
  if (!power.source.empty()) json["source"] = power.source;
  set_or_null(json, "idle_power_w", power.idle_w, power.idle_reason);
  if (power.idle_ci95) json["idle_power_ci95"] = interval_json(*power.idle_ci95);
  if (power.alignment) json["alignment_correlation"] = *power.alignment;
  if (power.sampler) {
    Json& sampler = json["sampler"];
    sampler["period_s"] = power.sampler->period_s;
    sampler["cpu_share"] = power.sampler->cpu_share;
    sampler["latency_with_s"] = latency_json(power.sampler->with);
    sampler["latency_without_s"] = latency_json(power.sampler->without);
    sampler["latency_ratio_ci95"] = interval_json(power.sampler->ratio_ci95);
  }
  return json;
}

SamplerCost sampler_from(const JsonNode& node) {
  return {node.at("period_s").number(kNotNegative), node.at("cpu_share").number(kNotNegative),
          latency_from(node.at("latency_with_s")), latency_from(node.at("latency_without_s")),
          interval_from(node.at("latency_ratio_ci95"))};
}

PowerRecord power_from(const JsonNode& node) {
  PowerRecord power;
  power.meter = node.at("meter").text();
  power.modelled = is_modelled(node, "kind");
  power.rail = node.at("rail").text();
  power.quantity = node.at("quantity").text();
  power.update_period_s = node.at("update_period_s").number(kNotNegative);
  power.quantum = node.at("quantum").number(kNotNegative);
  power.source = node.optional_text("source");
  power.idle_w = node.optional_number("idle_power_w", kNotNegative);
  power.idle_reason = node.optional_text("idle_power_w_reason");
  power.idle_ci95 = optional_interval(node, "idle_power_ci95");
  power.alignment = node.optional_number("alignment_correlation");
  if (const auto sampler = node.find("sampler")) power.sampler = sampler_from(*sampler);
  return power;
}

Json segment_json(const SegmentProfile& segment) {
  Json json;
  json["latency_s"] = latency_json(segment.latency);
  set_energy(json, segment.energy);
  set_or_null(json, "peak_memory_bytes", segment.peak_memory_bytes, kNoPeak);
  return json;
}

SegmentProfile segment_from(const JsonNode& node) {
  SegmentProfile segment = {latency_from(node.at("latency_s")), energy_from(node)};
  if (const auto peak = node.find("peak_memory_bytes")) segment.peak_memory_bytes = peak->count();
  return segment;
}

Json thermals_json(const std::vector<ThermalSample>& samples) {
  Json list = Json::array();
  for (const ThermalSample& sample : samples) {
    Json json;
    json["time_s"] = sample.time_s;
    if (sample.temperature_c) json["temperature_c"] = *sample.temperature_c;
    if (sample.frequency_hz) json["frequency_hz"] = *sample.frequency_hz;
    if (sample.throttled_bits) json["throttled_bits"] = *sample.throttled_bits;
    list.push_back(std::move(json));
  }
  return list;
}

std::vector<ThermalSample> thermals_from(const JsonNode& node) {
  std::vector<ThermalSample> samples;
  for (const JsonNode& item : node.items()) {
    ThermalSample sample;
    sample.time_s = item.at("time_s").number(kNotNegative);
    sample.temperature_c = item.optional_number("temperature_c");
    sample.frequency_hz = item.optional_number("frequency_hz", kNotNegative);
    if (const auto bits = item.find("throttled_bits")) {
      sample.throttled_bits = static_cast<unsigned>(bits->integer(0));
    }
    samples.push_back(sample);
  }
  return samples;
}

Json sustained_json(const SustainedRun& run) {
  Json json;
  json["seconds"] = run.seconds;
  json["is_steady"] = run.is_steady;
  if (!run.is_steady) json["reason"] = run.reason;
  json["first_minute_latency_s"] = latency_json(run.first);
  json["last_minute_latency_s"] = latency_json(run.steady);
  json["thermals"] = thermals_json(run.thermals);
  return json;
}

SustainedRun sustained_from(const JsonNode& node) {
  SustainedRun run;
  run.seconds = node.at("seconds").number(kNotNegative);
  run.is_steady = node.at("is_steady").boolean();
  run.reason = node.optional_text("reason");
  run.first = latency_from(node.at("first_minute_latency_s"));
  run.steady = latency_from(node.at("last_minute_latency_s"));
  run.thermals = thermals_from(node.at("thermals"));
  return run;
}

Json scaling_json(const ProfileScaling& scaling) {
  Json json;
  json["device"] = scaling.device;
  json["kind"] = kModelled;
  json["measured_host"] = scaling.measured_host;
  json["factors"] = Json::array();
  for (const ScalingFactor& factor : scaling.factors) {
    json["factors"].push_back(
        {{"part", factor.part}, {"factor", factor.factor}, {"source", factor.source}});
  }
  return json;
}

ProfileScaling scaling_from(const JsonNode& node) {
  ProfileScaling scaling;
  scaling.device = node.at("device").text();
  scaling.measured_host = node.at("measured_host").text();
  for (const JsonNode& factor : node.at("factors").items()) {
    scaling.factors.push_back({factor.at("part").text(), factor.at("factor").number(kNotNegative),
                               factor.at("source").text()});
  }
  return scaling;
}

Json tensor_json(const TensorSpec& spec) {
  Json json = tensor_spec_json(spec);
  json["bytes"] = spec.bytes();
  return json;
}

Json layer_json(const LayerProfile& layer) {
  Json json;
  json["id"] = layer.id;
  json["op"] = layer.op;
  json["output_shape"] = layer.output_shape;
  json["output_bytes"] = layer.output_bytes;
  json["macs"] = layer.macs;
  json["parameter_bytes"] = layer.parameter_bytes;
  json["latency_s"] = latency_json(layer.latency);
  set_energy(json, layer.energy);
  return json;
}

LayerProfile layer_from(const JsonNode& node) {
  LayerProfile layer;
  layer.id = node.at("id").text();
  layer.op = node.at("op").text();
  layer.output_shape = shape_from(node.at("output_shape"));
  layer.output_bytes = node.at("output_bytes").count();
  layer.macs = node.at("macs").count();
  layer.parameter_bytes = node.at("parameter_bytes").count();
  layer.latency = latency_from(node.at("latency_s"));
  layer.energy = energy_from(node);
  return layer;
}

Json split_json(const SplitProfile& profile) {
  Json json = split_point_json(profile.split);
  json["boundary_bytes"] = profile.boundary_bytes;
  json["head"] = segment_json(profile.head);
  json["tail"] = segment_json(profile.tail);
  return json;
}

SplitProfile split_from(const JsonNode& node) {
  SplitProfile profile;
  SplitPoint& split = profile.split;
  split.id = node.at("id").text();
  if (const auto aliases = node.find("aliases")) split.aliases = aliases->texts();
  split.kind = enum_from(node.at("kind"), kSplitKinds, split_kind_name);
  for (const JsonNode& tensor : node.at("boundary").items()) {
    split.boundary.push_back(tensor_spec_from(tensor));
  }
  profile.boundary_bytes = node.at("boundary_bytes").count();
  if (const auto block_end = node.find("block_end")) split.block_end = block_end->boolean();
  split.natural_bottleneck = node.at("natural_bottleneck").boolean();
  profile.head = segment_from(node.at("head"));
  profile.tail = segment_from(node.at("tail"));
  return profile;
}

Json part_json(const PartProfile& part) {
  Json json = segment_json(part.segment);
  json["parameters"] = part.parameters;
  json["macs"] = part.macs;
  return json;
}

PartProfile part_from(const JsonNode& node) {
  return {node.at("parameters").count(), node.at("macs").count(), segment_from(node)};
}

Json bottleneck_json(const BottleneckProfile& bottleneck) {
  Json json;
  json["codec"] = bottleneck.codec;
  json["sha256"] = bottleneck.sha256;
  json["encoder_split"] = bottleneck.encoder_split;
  json["decoder_split"] = bottleneck.decoder_split;
  json["encoder"] = part_json(bottleneck.encoder);
  json["decoder"] = part_json(bottleneck.decoder);
  if (bottleneck.tail) json["tail"] = part_json(*bottleneck.tail);
  return json;
}

BottleneckProfile bottleneck_from(const JsonNode& node) {
  BottleneckProfile bottleneck;
  bottleneck.codec = node.at("codec").text();
  bottleneck.sha256 = node.at("sha256").text();
  bottleneck.encoder_split = node.at("encoder_split").text();
  bottleneck.decoder_split = node.at("decoder_split").text();
  bottleneck.encoder = part_from(node.at("encoder"));
  bottleneck.decoder = part_from(node.at("decoder"));
  if (const auto tail = node.find("tail")) bottleneck.tail = part_from(*tail);
  return bottleneck;
}

}  // namespace

std::string profile_document(const Profile& profile, const RunRecord& run) {
  Json data;
  data["model"]["name"] = profile.model_name;
  data["model"]["sha256"] = profile.model_sha256;
  data["model"]["parameters"] = profile.parameters;
  data["model"]["macs"] = profile.macs;
  data["input"] = tensor_json(profile.input);
  data["output"] = tensor_json(profile.output);
  data["device"] = profile.device;
  if (profile.scaling) data["scaled"] = scaling_json(*profile.scaling);
  data["batch"] = profile.batch;
  data["layers"] = Json::array();
  for (const LayerProfile& layer : profile.layers) data["layers"].push_back(layer_json(layer));
  data["splits"] = Json::array();
  for (const SplitProfile& split : profile.splits) data["splits"].push_back(split_json(split));
  for (const BottleneckProfile& bottleneck : profile.bottlenecks) {
    data["bottlenecks"].push_back(bottleneck_json(bottleneck));
  }
  data["end_to_end"] = segment_json(profile.end_to_end);
  data["layer_sum_ratio"] = profile.layer_sum_ratio;
  if (profile.power) data["power"] = power_json(*profile.power);
  data["thermals"] = thermals_json(profile.thermals);
  if (profile.sustained) data["sustained"] = sustained_json(*profile.sustained);
  return envelope_text(kKind, run, std::move(data));
}

Profile read_profile(const std::string& path) {
  const OpenedDocument document(path, kKind);
  const JsonNode data = document.data();
  const JsonNode model = data.at("model");
  Profile profile;
  profile.model_name = model.at("name").text();
  profile.model_sha256 = model.at("sha256").text();
  profile.parameters = model.at("parameters").count();
  profile.macs = model.at("macs").count();
  profile.input = tensor_spec_from(data.at("input"));
  profile.output = tensor_spec_from(data.at("output"));
  profile.device = data.at("device").text();
  profile.batch = data.at("batch").integer(1);
  if (const auto scaled = data.find("scaled")) profile.scaling = scaling_from(*scaled);
  profile.host = document.run().environment.host;
  for (const JsonNode& layer : data.at("layers").items()) {
    profile.layers.push_back(layer_from(layer));
  }
  if (const auto bottlenecks = data.find("bottlenecks")) {
    for (const JsonNode& bottleneck : bottlenecks->items()) {
      profile.bottlenecks.push_back(bottleneck_from(bottleneck));
    }
  }
  std::set<std::string> ids;
  for (const JsonNode& split : data.at("splits").items()) {
    profile.splits.push_back(split_from(split));
    const std::string& id = profile.splits.back().split.id;
    if (!ids.insert(id).second) split.at("id").fail("is " + shown(id) + ", as an earlier split's");
  }
  profile.end_to_end = segment_from(data.at("end_to_end"));
  profile.layer_sum_ratio = data.at("layer_sum_ratio").number(kNotNegative);
  if (const auto power = data.find("power")) profile.power = power_from(*power);
  if (const auto thermals = data.find("thermals")) profile.thermals = thermals_from(*thermals);
  if (const auto sustained = data.find("sustained")) {
    profile.sustained = sustained_from(*sustained);
  }
  return profile;
}

}  // namespace splitbench
