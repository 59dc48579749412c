#include "io/cell_json.h"

#include <bitset>
#include <cmath>

#include "base/error.h"
#include "io/base64.h"
#include "io/document.h"
#include "io/envelope.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr CellStatus kStatuses[] = {CellStatus::kOk, CellStatus::kUnsupported, CellStatus::kFailed,
                                    CellStatus::kStopped};
// The fields that only a finished cell has.
constexpr const char* kMeasured[] = {"payload_bytes", "boundary_bytes", "ratio",       "encode_s",
                                     "decode_s",      "accuracy",       "correct_bits"};

Json key_json(const CellKey& key) {
  Json json;
  json["model"] = key.model;
  json["split"] = key.split;
  json["codec"] = key.codec;
  json["dataset"] = key.dataset;
  json["images"] = key.images;
  json["seed"] = key.seed;
  return json;
}

CellKey key_from(const JsonNode& node) {
  CellKey key;
  key.model = node.at("model").text();
  key.split = node.at("split").text();
  key.codec = node.at("codec").text();
  key.dataset = node.at("dataset").text();
  key.images = node.at("images").count();
  key.seed = node.at("seed").count();
  return key;
}

Json payload_json(const PayloadSummary& payload) {
  Json json;
  json["mean"] = payload.mean;
  json["p50"] = payload.p50;
  json["p95"] = payload.p95;
  json["max"] = payload.max;
  return json;
}

PayloadSummary payload_from(const JsonNode& node) {
  PayloadSummary payload;
  payload.mean = node.at("mean").number(kNotNegative);
  payload.p50 = node.at("p50").number(kNotNegative);
  payload.p95 = node.at("p95").number(kNotNegative);
  payload.max = node.at("max").number(kNotNegative);
  return payload;
}

Json time_json(const CodecTime& time) {
  Json json;
  json["median"] = time.median;
  json["p95"] = time.p95;
  return json;
}

CodecTime time_from(const JsonNode& node) {
  return {node.at("median").number(kNotNegative), node.at("p95").number(kNotNegative)};
}

Json accuracy_json(const CellAccuracy& accuracy) {
  constexpr char kUnlabelled[] = "the dataset has no labels";
  std::optional<double> loss;
  std::optional<Json> interval;
  if (accuracy.loss) {
    loss = accuracy.loss->loss;
    interval = interval_json(accuracy.loss->ci95);
  }
  Json json;
  set_or_null(json, "top1", accuracy.top1, kUnlabelled);
  set_or_null(json, "baseline_top1", accuracy.baseline_top1, kUnlabelled);
  set_or_null(json, "loss", loss, kUnlabelled);
  set_or_null(json, "loss_ci95", interval, kUnlabelled);
  json["agreement"] = accuracy.agreement;
  json["images"] = accuracy.images;
  set_or_null(json, "mcnemar_p", accuracy.mcnemar_p, kUnlabelled);
  return json;
}

CellAccuracy accuracy_from(const JsonNode& node) {
  CellAccuracy accuracy;
  accuracy.top1 = node.optional_number("top1", kZeroToOne);
  accuracy.baseline_top1 = node.optional_number("baseline_top1", kZeroToOne);
  if (const auto loss = node.find("loss")) {
    accuracy.loss = PairedLoss{loss->number({-1, 1}), interval_from(node.at("loss_ci95"))};
  }
  accuracy.agreement = node.at("agreement").number(kZeroToOne);
  accuracy.images = node.at("images").count();
  accuracy.mcnemar_p = node.optional_number("mcnemar_p", kZeroToOne);
  return accuracy;
}

Json calibration_json(const CellCalibration& calibration) {
  Json json;
  json["images"] = calibration.images;
  json["bytes"] = calibration.bytes;
  json["file"] = calibration.file;
  return json;
}

CellCalibration calibration_from(const JsonNode& node) {
  return {node.at("images").count(), node.at("bytes").count(), node.at("file").text()};
}

Json rate_json(const CellRate& rate) {
  Json json;
  json["settings"] = rate.settings;
  json["payload_bytes"] = rate.payload_bytes;
  set_or_null(json, "estimated_loss", rate.estimated_loss, "the target is a payload, not a loss");
  json["trials"] = rate.trials;
  json["images"] = rate.images;
  return json;
}

CellRate rate_from(const JsonNode& node) {
  CellRate rate;
  rate.settings = node.at("settings").text();
  rate.payload_bytes = node.at("payload_bytes").number(kNotNegative);
  rate.estimated_loss = node.optional_number("estimated_loss", kZeroToOne);
  rate.trials = node.at("trials").count();
  rate.images = node.at("images").count();
  return rate;
}

Json bottleneck_json(const CellBottleneck& bottleneck) {
  Json json;
  json["sha256"] = bottleneck.sha256;
  json["variant"] = bottleneck.variant;
  json["encoder_split"] = bottleneck.encoder_split;
  json["encoder_parameters"] = bottleneck.encoder_parameters;
  json["encoder_macs"] = bottleneck.encoder_macs;
  json["decoder_parameters"] = bottleneck.decoder_parameters;
  json["decoder_macs"] = bottleneck.decoder_macs;
  json["fine_tuned_tail"] = bottleneck.fine_tuned_tail;
  return json;
}

CellBottleneck bottleneck_from(const JsonNode& node) {
  CellBottleneck bottleneck;
  bottleneck.sha256 = node.at("sha256").text();
  bottleneck.variant = node.at("variant").text();
  bottleneck.encoder_split = node.at("encoder_split").text();
  bottleneck.encoder_parameters = node.at("encoder_parameters").count();
  bottleneck.encoder_macs = node.at("encoder_macs").count();
  bottleneck.decoder_parameters = node.at("decoder_parameters").count();
  bottleneck.decoder_macs = node.at("decoder_macs").count();
  bottleneck.fine_tuned_tail = node.at("fine_tuned_tail").boolean();
  return bottleneck;
}

Json stop_json(const CellStop& stop) {
  const Domination& evidence = stop.evidence;
  Json json;
  json["dominated_by"]["split"] = stop.split;
  json["dominated_by"]["codec"] = stop.codec;
  json["images"] = evidence.accuracy.images;
  json["only_dominating_right"] = evidence.accuracy.only_first;
  json["only_this_right"] = evidence.accuracy.only_second;
  json["payload_bytes"] = evidence.payload_bytes;
  json["dominating_payload_bytes"] = evidence.dominating_payload_bytes;
  json["margin"] = evidence.margin;
  json["accuracy_p"] = evidence.accuracy_p;
  json["accuracy_level"] = evidence.accuracy_level;
  json["payload_p"] = evidence.payload_p;
  json["payload_level"] = evidence.payload_level;
  return json;
}

CellStop stop_from(const JsonNode& node) {
  CellStop stop;
  stop.split = node.at("dominated_by").at("split").text();
  stop.codec = node.at("dominated_by").at("codec").text();
  Domination& evidence = stop.evidence;
  evidence.accuracy.images = node.at("images").count();
  evidence.accuracy.only_first = node.at("only_dominating_right").count();
  evidence.accuracy.only_second = node.at("only_this_right").count();
  evidence.payload_bytes = node.at("payload_bytes").number(kNotNegative);
  evidence.dominating_payload_bytes = node.at("dominating_payload_bytes").number(kNotNegative);
  evidence.margin = node.at("margin").number(kZeroToOne);
  evidence.accuracy_p = node.at("accuracy_p").number(kZeroToOne);
  evidence.accuracy_level = node.at("accuracy_level").number(kZeroToOne);
  evidence.payload_p = node.at("payload_p").number(kZeroToOne);
  evidence.payload_level = node.at("payload_level").number(kZeroToOne);
  return stop;
}

Bytes bits_from(const JsonNode& node, std::size_t images) {
  Bytes bits;
  try {
    bits = base64_decode(node.text());
  } catch (const Error& error) {
    node.fail(std::string("is ") + error.what());
  }
  if (!holds_bits_of(bits, images)) {
    node.fail("holds " + std::to_string(bits.size()) + " bytes, which are not the bits of " +
              std::to_string(images) + " images");
  }
  return bits;
}

std::size_t bits_set(const Bytes& bits) {
  std::size_t set = 0;
  for (const std::uint8_t byte : bits) set += std::bitset<8>(byte).count();
  return set;
}

void check_counted(const JsonNode& node, const Cell& cell) {
  if (counts_as(cell.correct_bits, cell.accuracy)) return;
  node.at(cell.accuracy.top1 ? "top1" : "agreement")
      .fail("differs from correct_bits, of which " + std::to_string(bits_set(cell.correct_bits)) +
            " of " + std::to_string(cell.accuracy.images) + " are set");
}

}  // namespace

bool holds_bits_of(const Bytes& bits, std::size_t images) {
  return bits.size() == images / 8 + (images % 8 != 0 ? 1 : 0);
}

bool counts_as(const Bytes& bits, const CellAccuracy& accuracy) {
  constexpr double kRounding = 1e-9;
  if (accuracy.images == 0) return true;
  const double counted = static_cast<double>(bits_set(bits)) / static_cast<double>(accuracy.images);
  return std::abs(counted - accuracy.top1.value_or(accuracy.agreement)) <= kRounding;
}

Json cell_json(const Cell& cell) {
  Json json;
  json["schema"] = kCellsSchema;
  json["schema_version"] = kSchemaVersion;
  json["key"] = key_json(cell.key);
  json["status"] = cell_status_name(cell.status);
  json["reason"] = cell.reason;
  if (cell.status != CellStatus::kOk) {
    for (const char* field : kMeasured) json[field] = nullptr;
    if (cell.stop) json["stopped"] = stop_json(*cell.stop);
    return json;
  }
  json["payload_bytes"] = payload_json(cell.payload_bytes);
  json["boundary_bytes"] = cell.boundary_bytes;
  json["ratio"] = cell.ratio;
  json["encode_s"] = time_json(cell.encode);
  json["decode_s"] = time_json(cell.decode);
  json["accuracy"] = accuracy_json(cell.accuracy);
  json["correct_bits"] = base64_encode(cell.correct_bits);
  if (cell.calibration) json["calibration"] = calibration_json(*cell.calibration);
  if (cell.rate) json["rate_control"] = rate_json(*cell.rate);
  if (cell.bottleneck) json["bottleneck"] = bottleneck_json(*cell.bottleneck);
  return json;
}

Cell cell_from(const JsonNode& node) {
  const auto schema = node.find("schema");
  if (schema && schema->text() != kCellsSchema) {
    schema->fail("is " + shown(schema->text()) + ", must be \"" + kCellsSchema + "\"");
  }
  check_schema_version(node.at("schema_version"));
  Cell cell;
  cell.key = key_from(node.at("key"));
  cell.status = enum_from(node.at("status"), kStatuses, cell_status_name);
  cell.reason = node.optional_text("reason");
  if (const auto stop = node.find("stopped")) cell.stop = stop_from(*stop);
  if (cell.status != CellStatus::kOk) return cell;
  cell.payload_bytes = payload_from(node.at("payload_bytes"));
  cell.boundary_bytes = node.at("boundary_bytes").count();
  cell.ratio = node.at("ratio").number(kNotNegative);
  cell.encode = time_from(node.at("encode_s"));
  cell.decode = time_from(node.at("decode_s"));
  cell.accuracy = accuracy_from(node.at("accuracy"));
  cell.correct_bits = bits_from(node.at("correct_bits"), cell.accuracy.images);
  if (const auto calibration = node.find("calibration")) {
    cell.calibration = calibration_from(*calibration);
  }
  if (const auto rate = node.find("rate_control")) cell.rate = rate_from(*rate);
  if (const auto part = node.find("bottleneck")) cell.bottleneck = bottleneck_from(*part);
  check_counted(node.at("accuracy"), cell);
  return cell;
}

}  // namespace splitbench
