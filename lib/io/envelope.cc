#include "io/envelope.h"

#include <charconv>

#include "base/error.h"
#include "io/document.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

constexpr char kSchemaPrefix[] = "splitbench.";
constexpr char kUnknown[] = "the machine does not tell";

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

Json validity_json(const Validity& validity) {
  Json json;
  json["valid"] = validity.valid;
  json["reasons"] = validity.reasons;
  return json;
}

Json inputs_json(const std::vector<InputFile>& inputs) {
  Json json = Json::array();
  for (const InputFile& input : inputs) {
    Json item;
    item["path"] = input.path;
    item["sha256"] = input.sha256;
    json.push_back(std::move(item));
  }
  return json;
}

Json run_json(const RunRecord& run) {
  const Environment& machine = run.environment;
  Json json;
  json["argv"] = run.argv;
  json["utc"] = run.utc;
  set_or_null(json, "host", unless_empty(machine.host), kUnknown);
  set_or_null(json, "board", machine.board, kUnknown);
  set_or_null(json, "kernel", unless_empty(machine.kernel), kUnknown);
  set_or_null(json, "cpu", unless_empty(machine.cpu), kUnknown);
  json["cpus"] = machine.cpus;
  json["threads"] = run.threads;
  set_or_null(json, "governor", machine.governor, kUnknown);
  json["frequencies_hz"] = machine.frequencies_hz;
  set_or_null(json, "temperature", machine.temperature_c, kUnknown);
  set_or_null(json, "throttled", machine.throttled, kUnknown);
  set_or_null(json, "load_average", machine.load_average, kUnknown);
  json["memory_bytes"] = machine.memory_bytes;
  json["libraries"] = Json::object();
  for (const auto& [name, version] : run.libraries) json["libraries"][name] = version;
  json["build_type"] = run.build_type;
  json["seed"] = run.seed;
  json["inputs"] = inputs_json(run.inputs);
  json["warnings"] = run.warnings;
  json["validity"] = validity_json(run.validity);
  return json;
}

std::optional<std::string> set_text(const JsonNode& node, const char* key) {
  return unless_empty(node.optional_text(key));
}

Environment environment_from(const JsonNode& node) {
  Environment machine;
  machine.host = node.optional_text("host");
  machine.board = set_text(node, "board");
  machine.kernel = node.optional_text("kernel");
  machine.cpu = node.optional_text("cpu");
  machine.cpus = node.at("cpus").integer(0);
  machine.governor = set_text(node, "governor");
  machine.frequencies_hz = node.at("frequencies_hz").numbers();
  machine.temperature_c = node.optional_number("temperature");
  if (const auto throttled = node.find("throttled")) machine.throttled = throttled->boolean();
  machine.load_average = node.optional_number("load_average");
  machine.memory_bytes = node.at("memory_bytes").count();
  return machine;
}

// The major number of "<major>.<minor>", or nothing.
std::optional<int> major_version(const std::string& version) {
  int numbers[2] = {0, 0};
  const char* at = version.data();
  const char* end = at + version.size();
  for (int& number : numbers) {
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 0) return std::nullopt;
    at = rest;
    if (&number == numbers && (at == end || *at++ != '.')) return std::nullopt;
  }
  return at == end ? std::optional<int>(numbers[0]) : std::nullopt;
}

}  // namespace

std::string envelope_text(const std::string& kind, const RunRecord& run, Json data,
                          const std::vector<TextPart>& parts) {
  Json document;
  document["schema"] = kSchemaPrefix + kind;
  document["schema_version"] = kSchemaVersion;
  document["tool"]["name"] = "splitbench";
  document["tool"]["version"] = SPLITBENCH_VERSION;
  document["run"] = run_json(run);
  document["data"] = std::move(data);
  return document_text(document, kind, parts);
}

void check_schema_version(const JsonNode& node) {
  const std::string version = node.text();
  const std::optional<int> major = major_version(version);
  if (!major) node.fail("is " + shown(version) + ", must look like \"" + kSchemaVersion + "\"");
  if (*major > *major_version(kSchemaVersion)) {
    node.fail("is " + shown(version) + ", but splitbench " + SPLITBENCH_VERSION +
              " reads up to version \"" + kSchemaVersion + "\"; use a newer splitbench");
  }
}

OpenedDocument::OpenedDocument(const std::string& path, const std::string& kind)
    : path_(path), json_(parse_json(read_text_file(path), path)) {
  const std::string schema = root().at("schema").text();
  if (schema.compare(0, sizeof kSchemaPrefix - 1, kSchemaPrefix) != 0) {
    throw bad_input(path + ": not a splitbench document but " + shown(schema));
  }
  if (!kind.empty() && schema != kSchemaPrefix + kind) {
    throw bad_input(path + ": a " + shown(schema) + " document where a \"" + kSchemaPrefix + kind +
                    "\" document is needed");
  }
  check_schema_version(root().at("schema_version"));
}

RunRecord OpenedDocument::run() const {
  const JsonNode node = root().at("run");
  RunRecord run;
  run.argv = node.at("argv").texts();
  run.utc = node.at("utc").text();
  run.environment = environment_from(node);
  run.threads = node.at("threads").integer(1);
  for (const auto& [name, version] : node.at("libraries").members()) {
    run.libraries[name] = version.text();
  }
  run.build_type = node.at("build_type").text();
  run.seed = node.at("seed").count();
  for (const JsonNode& input : node.at("inputs").items()) {
    run.inputs.push_back({input.at("path").text(), input.at("sha256").text()});
  }
  run.warnings = node.at("warnings").texts();
  run.validity.valid = node.at("validity").at("valid").boolean();
  run.validity.reasons = node.at("validity").at("reasons").texts();
  return run;
}

}  // namespace splitbench
