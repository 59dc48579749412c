#include "io/race_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "io/document.h"
#include "io/envelope.h"
#include "io/json.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

// Shorter lines; no clock tells smaller times apart.
double whole_nanoseconds(double seconds) {
  constexpr double kNanoseconds = 1e9;
  return std::round(seconds * kNanoseconds) / kNanoseconds;
}

Json times_json(const std::vector<double>& seconds) {
  Json json = Json::array();
  for (const double value : seconds) json.push_back(whole_nanoseconds(value));
  return json;
}

Json entry_json(const RaceEntry& entry) {
  Json json;
  json["cell"] = entry.cell;
  json["batch"] = entry.batch;
  if (entry.out) {
    json["out"] = true;
    return json;
  }
  json["answers"] = entry.answers;
  Json payloads = Json::array();
  for (const double bytes : entry.payload_bytes) {
    payloads.push_back(static_cast<std::uint64_t>(bytes));
  }
  json["payload_bytes"] = std::move(payloads);
  json["encode_s"] = times_json(entry.encode_s);
  json["decode_s"] = times_json(entry.decode_s);
  return json;
}

RaceEntry entry_from(const JsonNode& node) {
  RaceEntry entry;
  entry.cell = node.at("cell").count();
  entry.batch = node.at("batch").count();
  if (const auto out = node.find("out")) entry.out = out->boolean();
  if (entry.out) return entry;
  constexpr NumberRange kAnswers = {-1, std::numeric_limits<int>::max()};
  for (const double answer : node.at("answers").numbers(kAnswers)) {
    entry.answers.push_back(static_cast<int>(answer));
  }
  entry.payload_bytes = node.at("payload_bytes").numbers(kNotNegative);
  entry.encode_s = node.at("encode_s").numbers(kNotNegative);
  entry.decode_s = node.at("decode_s").numbers(kNotNegative);
  for (const auto* values : {&entry.payload_bytes, &entry.encode_s, &entry.decode_s}) {
    if (values->size() != entry.answers.size()) node.fail("has lists of different lengths");
  }
  return entry;
}

}  // namespace

std::string race_line(const RaceEntry& entry) { return line_text(entry_json(entry), "a race"); }

RaceEntry parse_race_line(const std::string& line, const std::string& where) {
  const nlohmann::json json = parse_json(line, where);
  return entry_from({json, where});
}

std::string race_path(const std::string& folder) {
  return (std::filesystem::path(folder) / "race.jsonl").string();
}

void remove_race(const std::string& folder) {
  std::error_code ignored;  // it may not be there
  std::filesystem::remove(race_path(folder), ignored);
}

RaceFile::RaceFile(const std::string& folder, std::uint64_t order) : file_(race_path(folder)) {
  const std::string text = read_text_file(file_.path(), std::numeric_limits<std::size_t>::max());
  if (!text.empty()) {
    read(text, order);
    return;
  }
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["order"] = std::to_string(order);
  file_.append(line_text(json, file_.path()));
}

void RaceFile::read(const std::string& text, std::uint64_t order) {
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string where = file_.path() + " line " + std::to_string(++number);
    const nlohmann::json json = parse_json(text.substr(at, end - at), where);
    const JsonNode node(json, where);
    if (number > 1) {
      entries_.push_back(entry_from(node));
    } else {
      check_schema_version(node.at("schema_version"));
      if (node.at("order").text() != std::to_string(order)) {
        throw bad_input(file_.path() +
                        " is of a race in which images came in another order: images are missing "
                        "or the network answers otherwise since; start over with --fresh");
      }
    }
    at = end + 1;
  }
}

void RaceFile::append(const RaceEntry& entry) {
  file_.append(line_text(entry_json(entry), file_.path()));
}

}  // namespace splitbench
