#include "io/value_json.h"

#include <limits>
#include <optional>

#include "base/error.h"

namespace splitbench {

Json interval_json(const Interval& interval) { return Json::array({interval.low, interval.high}); }

Interval interval_from(const JsonNode& node, const NumberRange& range) {
  const std::vector<double> ends = node.numbers(range);
  if (ends.size() != 2 || ends[0] > ends[1]) node.fail("must be [low, high] with low <= high");
  return {ends[0], ends[1]};
}

Json tensor_spec_json(const TensorSpec& spec) {
  Json json;
  json["shape"] = spec.shape;
  json["dtype"] = dtype_name(spec.dtype);
  return json;
}

Shape shape_from(const JsonNode& node) {
  Shape shape;
  for (const JsonNode& item : node.items()) {
    const std::uint64_t dimension = item.count();
    if (dimension > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      item.fail("is too large for a dimension");
    }
    shape.push_back(static_cast<std::int64_t>(dimension));
  }
  try {
    element_count(shape);
  } catch (const Error& error) {
    node.fail(std::string("is no shape: ") + error.what());
  }
  return shape;
}

TensorSpec tensor_spec_from(const JsonNode& node) {
  TensorSpec spec;
  spec.shape = shape_from(node.at("shape"));
  const JsonNode dtype = node.at("dtype");
  try {
    spec.dtype = parse_dtype(dtype.text());
  } catch (const Error&) {
    dtype.fail("is " + shown(dtype.text()) + ", which is no known tensor type");
  }
  return spec;
}

Json split_point_json(const SplitPoint& split) {
  Json json;
  json["id"] = split.id;
  json["aliases"] = split.aliases;
  json["kind"] = split_kind_name(split.kind);
  json["boundary"] = Json::array();
  for (const TensorSpec& tensor : split.boundary) {
    json["boundary"].push_back(tensor_spec_json(tensor));
  }
  json["boundary_bytes"] = boundary_bytes(split.boundary);
  json["block_end"] = split.block_end;
  json["natural_bottleneck"] = split.natural_bottleneck;
  return json;
}

namespace {

constexpr RadioTail kRadioTails[] = {RadioTail::kNone, RadioTail::kAmortised, RadioTail::kFull};

Json radio_json(const RadioPower& radio) {
  Json json;
  json["alpha_w_per_mbps"] = radio.alpha_w_per_mbps;
  json["beta_w"] = radio.beta_w;
  if (radio.downlink_alpha_w_per_mbps) {
    json["downlink_alpha_w_per_mbps"] = *radio.downlink_alpha_w_per_mbps;
  }
  if (radio.tail_j) json["tail_j"] = *radio.tail_j;
  json["tail"] = radio_tail_name(radio.tail);
  json["tail_inferences"] = radio.tail_inferences;
  json["source"] = radio.source;
  return json;
}

RadioPower radio_from(const JsonNode& node) {
  RadioPower radio;
  radio.alpha_w_per_mbps = node.at("alpha_w_per_mbps").number();
  radio.beta_w = node.at("beta_w").number();
  radio.downlink_alpha_w_per_mbps = node.optional_number("downlink_alpha_w_per_mbps");
  radio.tail_j = node.optional_number("tail_j");
  if (const auto tail = node.find("tail")) {
    radio.tail = enum_from(*tail, kRadioTails, radio_tail_name);
  }
  radio.tail_inferences = node.optional_number("tail_inferences").value_or(1);
  radio.source = node.optional_text("source");
  return radio;
}

}  // namespace

Json link_json(const Link& link) {
  Json json;
  json["name"] = link.name;
  json["rate_bps"] = link.rate_bps;
  json["downlink_bps"] = link.downlink_bps;
  if (link.downlink_follows) json["downlink_follows"] = true;
  json["rtt_s"] = link.rtt_s;
  json["overhead_bytes"] = link.overhead_bytes;
  json["source"] = link.source;
  if (link.radio) json["radio"] = radio_json(*link.radio);
  return json;
}

Link link_from(const JsonNode& node, const std::string& default_name) {
  Link link;
  const auto name = node.find("name");
  link.name = name ? name->text() : default_name;
  link.rate_bps = node.at("rate_bps").number();
  const std::optional<double> downlink_bps = node.optional_number("downlink_bps");
  const auto follows = node.find("downlink_follows");
  link.downlink_follows = !downlink_bps || (follows && follows->boolean());
  link.downlink_bps = downlink_bps.value_or(link.rate_bps);
  if (link.downlink_follows && link.downlink_bps != link.rate_bps) {
    node.fail("has a downlink that follows the uplink, but at another rate");
  }
  link.rtt_s = node.optional_number("rtt_s").value_or(0);
  link.overhead_bytes = node.optional_number("overhead_bytes").value_or(0);
  link.source = node.optional_text("source");
  if (const auto radio = node.find("radio")) link.radio = radio_from(*radio);
  try {
    validate(link);
  } catch (const Error& error) {
    node.fail(std::string("is no valid link: ") + error.what());
  }
  return link;
}

}  // namespace splitbench
