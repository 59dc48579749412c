#include "io/profile_document.h"

#include <set>

#include "io/envelope.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "profile";
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
}

EnergyReading energy_from(const JsonNode& node) {
  return {node.optional_number("energy_j", kNotNegative), node.at("energy_source").text(),
          node.optional_text("energy_reason")};
}

Json segment_json(const SegmentProfile& segment) {
  Json json;
  json["latency_s"] = latency_json(segment.latency);
  set_energy(json, segment.energy);
  return json;
}

SegmentProfile segment_from(const JsonNode& node) {
  return {latency_from(node.at("latency_s")), energy_from(node)};
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
  return profile;
}

}  // namespace splitbench
