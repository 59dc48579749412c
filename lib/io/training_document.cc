#include "io/training_document.h"

#include <optional>

#include "io/envelope.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "training";
constexpr char kNoEstimate[] = "this method estimates no bits while it trains";

Json part_json(std::uint64_t parameters, std::uint64_t macs) {
  Json json;
  json["parameters"] = parameters;
  json["macs"] = macs;
  return json;
}

Json epoch_json(const TrainingEpoch& epoch) {
  Json json;
  json["stage"] = epoch.stage;
  json["learning_rate"] = epoch.learning_rate;
  json["loss"] = epoch.loss;
  json["validation_top1"] = epoch.validation_top1;
  set_or_null(json, "bits", epoch.bits != 0 ? std::optional<double>(epoch.bits) : std::nullopt,
              kNoEstimate);
  json["seconds"] = epoch.seconds;
  return json;
}

TrainingEpoch epoch_from(const JsonNode& node) {
  TrainingEpoch epoch;
  epoch.stage = node.at("stage").text();
  epoch.learning_rate = node.at("learning_rate").number(kNotNegative);
  epoch.loss = node.at("loss").number();
  epoch.validation_top1 = node.at("validation_top1").number(kZeroToOne);
  epoch.bits = node.optional_number("bits", kNotNegative).value_or(0);
  epoch.seconds = node.at("seconds").number(kNotNegative);
  return epoch;
}

Json validation_json(const TrainingLog& log) {
  Json json;
  json["dataset"] = log.validation;
  json["images"] = log.validation_images;
  json["labelled"] = log.labelled;
  json["network_top1"] = log.network_top1;
  json["best_top1"] = log.best_top1;
  return json;
}

Json streams_json(const TrainingLog& log) {
  if (!log.streams) return nullptr;
  Json json;
  json["images"] = log.streams->images;
  json["mean_bytes"] = log.streams->bytes;
  json["mean_estimated_bytes"] = log.streams->estimated_bytes;
  json["estimated_by"] = log.streams->by_densities ? "densities" : "tables";
  return json;
}

// Documents of older versions have none.
std::optional<StreamCheck> streams_from(const JsonNode& data) {
  const std::optional<JsonNode> node = data.find("streams");
  if (!node) return std::nullopt;
  StreamCheck check;
  check.images = node->at("images").count();
  check.bytes = node->at("mean_bytes").number(kNotNegative);
  check.estimated_bytes = node->at("mean_estimated_bytes").number(kNotNegative);
  check.by_densities = node->at("estimated_by").text() == "densities";
  return check;
}

}  // namespace

std::string training_document(const TrainingLog& log, const RunRecord& run) {
  Json data;
  data["model"]["name"] = log.model_name;
  data["model"]["sha256"] = log.model_sha256;
  data["method"] = log.spec;
  data["encoder_split"] = log.encoder_split;
  data["decoder_split"] = log.decoder_split;
  data["input"] = tensor_spec_json(log.input);
  data["latent"] = tensor_spec_json(log.latent);
  data["output"] = tensor_spec_json(log.output);
  data["encoder"] = part_json(log.encoder_parameters, log.encoder_macs);
  data["decoder"] = part_json(log.decoder_parameters, log.decoder_macs);
  data["dataset"] = log.record.dataset;
  data["images"] = log.record.images;
  data["validation"] = validation_json(log);
  data["seed"] = log.record.seed;
  data["threads"] = log.record.threads;
  data["choices"] = log.record.choices;
  data["images_per_second"] = log.images_per_second;
  data["finished"] = log.finished;
  data["streams"] = streams_json(log);
  if (!log.streams) data["streams_reason"] = "known when the training is finished";
  data["epochs"] = Json::array();
  for (const TrainingEpoch& epoch : log.record.epochs) data["epochs"].push_back(epoch_json(epoch));
  return envelope_text(kKind, run, std::move(data));
}

TrainingLog read_training(const std::string& path) {
  const OpenedDocument document(path, kKind);
  const JsonNode data = document.data();
  TrainingLog log;
  log.model_name = data.at("model").at("name").text();
  log.model_sha256 = data.at("model").at("sha256").text();
  log.spec = data.at("method").text();
  log.encoder_split = data.at("encoder_split").text();
  log.decoder_split = data.at("decoder_split").text();
  log.input = tensor_spec_from(data.at("input"));
  log.latent = tensor_spec_from(data.at("latent"));
  log.output = tensor_spec_from(data.at("output"));
  log.encoder_parameters = data.at("encoder").at("parameters").count();
  log.encoder_macs = data.at("encoder").at("macs").count();
  log.decoder_parameters = data.at("decoder").at("parameters").count();
  log.decoder_macs = data.at("decoder").at("macs").count();
  log.record.dataset = data.at("dataset").text();
  log.record.images = data.at("images").count();
  const JsonNode validation = data.at("validation");
  log.validation = validation.at("dataset").text();
  log.validation_images = validation.at("images").count();
  log.labelled = validation.at("labelled").boolean();
  log.network_top1 = validation.at("network_top1").number(kZeroToOne);
  log.best_top1 = validation.at("best_top1").number(kZeroToOne);
  log.record.seed = data.at("seed").count();
  log.record.threads = data.at("threads").integer(1);
  log.record.choices = data.at("choices").texts();
  log.images_per_second = data.at("images_per_second").number(kNotNegative);
  log.finished = data.at("finished").boolean();
  log.streams = streams_from(data);
  for (const JsonNode& epoch : data.at("epochs").items()) {
    log.record.epochs.push_back(epoch_from(epoch));
  }
  return log;
}

}  // namespace splitbench
