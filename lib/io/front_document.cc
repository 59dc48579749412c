#include "io/front_document.h"

#include "io/envelope.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "front";

Json corner_json(double bytes, double loss, double seconds) {
  Json json;
  json["payload_bytes"] = bytes;
  json["accuracy_loss"] = loss;
  json["encode_s"] = seconds;
  return json;
}

Json point_json(const FrontPoint& point) {
  Json json;
  json["split"] = point.split;
  json["codec"] = point.codec;
  json["payload_bytes"] = point.payload_bytes;
  json["accuracy_loss"] = point.accuracy_loss;
  json["accuracy_loss_ci95"] = interval_json(point.accuracy_loss_ci95);
  json["encode_s"] = point.encode_s;
  json["decode_s"] = point.decode_s;
  json["statistically_dominated"] = point.statistically_dominated;
  return json;
}

FrontPoint point_from(const JsonNode& node) {
  FrontPoint point;
  point.split = node.at("split").text();
  point.codec = node.at("codec").text();
  point.payload_bytes = node.at("payload_bytes").number();
  point.accuracy_loss = node.at("accuracy_loss").number();
  point.accuracy_loss_ci95 = interval_from(node.at("accuracy_loss_ci95"));
  point.encode_s = node.at("encode_s").number();
  point.decode_s = node.at("decode_s").number();
  point.statistically_dominated = node.at("statistically_dominated").boolean();
  return point;
}

Json front_json(const Front& front, const FrontSet& set) {
  Json json;
  json["scope"] = front.scope;
  json["points"] = Json::array();
  for (const FrontPoint& point : front.points) json["points"].push_back(point_json(point));
  json["hypervolume"] = front.hypervolume;
  json["reference_point"] = corner_json(set.reference_bytes, set.reference_loss, set.reference_s);
  json["ideal_point"] = corner_json(0, set.ideal_loss, 0);
  return json;
}

}  // namespace

std::string front_document(const FrontSet& fronts, const RunRecord& run) {
  Json data;
  data["objectives"] = {"payload_bytes", "accuracy_loss", "encode_s"};
  data["fronts"] = Json::array();
  for (const Front& front : fronts.fronts) data["fronts"].push_back(front_json(front, fronts));
  return envelope_text(kKind, run, std::move(data));
}

FrontSet read_front(const std::string& path) {
  const OpenedDocument document(path, kKind);
  FrontSet set;
  for (const JsonNode& node : document.data().at("fronts").items()) {
    // The same box in every front: it belongs to the whole sweep.
    const JsonNode reference = node.at("reference_point");
    set.reference_bytes = reference.at("payload_bytes").number();
    set.reference_loss = reference.at("accuracy_loss").number();
    set.reference_s = reference.at("encode_s").number();
    set.ideal_loss = node.at("ideal_point").at("accuracy_loss").number();
    Front front;
    front.scope = node.at("scope").text();
    for (const JsonNode& point : node.at("points").items()) {
      front.points.push_back(point_from(point));
    }
    front.hypervolume = node.at("hypervolume").number();
    set.fronts.push_back(std::move(front));
  }
  return set;
}

}  // namespace splitbench
