#include "io/sweep_manifest.h"

#include <filesystem>

#include "base/spec.h"
#include "io/envelope.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

constexpr char kKind[] = "sweep-manifest";

std::string manifest_path(const std::string& folder) {
  return (std::filesystem::path(folder) / "sweep.json").string();
}

struct TextField {
  const char* key;
  std::string SweepManifest::*value;
};
constexpr TextField kTextFields[] = {
    {"model_sha256", &SweepManifest::model_sha256}, {"model_name", &SweepManifest::model_name},
    {"input_shape", &SweepManifest::input_shape},   {"output", &SweepManifest::output},
    {"preprocess", &SweepManifest::preprocess},     {"dataset", &SweepManifest::dataset},
    {"calibration", &SweepManifest::calibration},
};

std::string mismatch(const char* key, const std::string& there, const std::string& here) {
  return std::string(key) + " is " + there + " there and " + here + " here";
}

Json cells_json(const std::vector<CellName>& cells) {
  Json json = Json::array();
  for (const CellName& cell : cells) {
    json.push_back({{"split", cell.split}, {"codec", cell.codec}});
  }
  return json;
}

std::vector<CellName> cells_from(const JsonNode& node) {
  std::vector<CellName> cells;
  for (const JsonNode& cell : node.items()) {
    cells.push_back({cell.at("split").text(), cell.at("codec").text()});
  }
  return cells;
}

Json shard_json(const SweepShard& part) {
  Json json;
  json["index"] = part.shard.index;
  json["count"] = part.shard.count;
  json["cells"] = cells_json(part.cells);
  return json;
}

SweepShard shard_from(const JsonNode& node) {
  SweepShard part;
  part.shard = {node.at("index").count(), node.at("count").count()};
  if (part.shard.index < 1 || part.shard.index > part.shard.count) node.fail("is no shard");
  part.cells = cells_from(node.at("cells"));
  return part;
}

std::string shard_difference(const std::optional<SweepShard>& there,
                             const std::optional<SweepShard>& here) {
  const auto text = [](const std::optional<SweepShard>& part) {
    return part ? shard_text(part->shard) : std::string("none");
  };
  if (text(there) != text(here)) return mismatch("shard", text(there), text(here));
  if (there && !(there->cells == here->cells)) {
    return "the splits and codecs that the shards divide are others there than here";
  }
  return "";
}

Json bottlenecks_json(const std::map<std::string, std::string>& bottlenecks) {
  Json json = Json::array();
  for (const auto& [codec, sha256] : bottlenecks) {
    json.push_back({{"codec", codec}, {"sha256", sha256}});
  }
  return json;
}

std::string bottleneck_difference(const std::map<std::string, std::string>& there,
                                  const std::map<std::string, std::string>& here) {
  constexpr std::size_t kShown = 12;
  for (const auto& [codec, sha256] : there) {
    const auto found = here.find(codec);
    if (found == here.end() || found->second == sha256) continue;
    return mismatch(("the SHA-256 of the file of " + codec).c_str(), sha256.substr(0, kShown),
                    found->second.substr(0, kShown));
  }
  return "";
}

Json race_json(const SweepRace& race) {
  Json json;
  json["scope"] = race.scope;
  json["alpha"] = race.alpha;
  json["margin"] = race.margin;
  json["cells"] = cells_json(race.cells);
  return json;
}

SweepRace race_from(const JsonNode& node) {
  return {node.at("scope").text(), node.at("alpha").number(kZeroToOne),
          node.at("margin").number(kZeroToOne), cells_from(node.at("cells"))};
}

std::string race_difference(const std::optional<SweepRace>& there,
                            const std::optional<SweepRace>& here) {
  const auto text = [](const std::optional<SweepRace>& race) {
    return race ? "'" + race->scope + "' with margin " + format_number(race->margin) +
                      " and alpha " + format_number(race->alpha)
                : std::string("none");
  };
  if (text(there) != text(here)) return mismatch("race", text(there), text(here));
  if (there && !(*there == *here)) {
    return "the splits and codecs that race are others there than here";
  }
  return "";
}

}  // namespace

void write_sweep_manifest(const std::string& folder, const SweepManifest& manifest,
                          const RunRecord& run) {
  Json data;
  for (const TextField& field : kTextFields) data[field.key] = manifest.*field.value;
  data["calibration_images"] = manifest.calibration_images;
  data["images"] = manifest.images;
  data["seed"] = manifest.seed;
  if (manifest.batch != 0) data["batch"] = manifest.batch;
  if (manifest.points != 0) data["points"] = manifest.points;
  if (!manifest.splits.empty()) data["splits"] = manifest.splits;
  if (!manifest.bottlenecks.empty()) {
    data["bottlenecks"] = bottlenecks_json(manifest.bottlenecks);
  }
  if (manifest.shard) data["shard"] = shard_json(*manifest.shard);
  if (manifest.race) data["race"] = race_json(*manifest.race);
  write_text_file(manifest_path(folder), envelope_text(kKind, run, std::move(data)));
}

SweepManifest read_sweep_manifest(const std::string& folder) {
  const OpenedDocument document(manifest_path(folder), kKind);
  const JsonNode data = document.data();
  SweepManifest manifest;
  for (const TextField& field : kTextFields) manifest.*field.value = data.at(field.key).text();
  // Sweeps of the first splitbench had no calibrated codecs, and no such field.
  if (const auto images = data.find("calibration_images")) {
    manifest.calibration_images = images->count();
  }
  manifest.images = data.at("images").count();
  manifest.seed = data.at("seed").count();
  if (const auto batch = data.find("batch")) manifest.batch = batch->count();
  if (const auto points = data.find("points")) manifest.points = points->count();
  if (const auto splits = data.find("splits")) manifest.splits = splits->texts();
  if (const auto files = data.find("bottlenecks")) {
    for (const JsonNode& file : files->items()) {
      manifest.bottlenecks[file.at("codec").text()] = file.at("sha256").text();
    }
  }
  if (const auto shard = data.find("shard")) manifest.shard = shard_from(*shard);
  if (const auto race = data.find("race")) manifest.race = race_from(*race);
  return manifest;
}

std::string difference(const SweepManifest& there, const SweepManifest& here) {
  struct NumberField {
    const char* key;
    std::uint64_t there, here;
  };
  // Where calibration images come from follows from the limit, so that stands first.
  for (const NumberField& field : {NumberField{"images", there.images, here.images},
                                   NumberField{"seed", there.seed, here.seed}}) {
    if (field.there != field.here) {
      return mismatch(field.key, std::to_string(field.there), std::to_string(field.here));
    }
  }
  for (const TextField& field : kTextFields) {
    const std::string& a = there.*field.value;
    const std::string& b = here.*field.value;
    if (a != b) return mismatch(field.key, "'" + a + "'", "'" + b + "'");
  }
  if (there.calibration_images != here.calibration_images) {
    return mismatch("calibration_images", std::to_string(there.calibration_images),
                    std::to_string(here.calibration_images));
  }
  if (there.batch != here.batch && there.batch != 0 && here.batch != 0) {
    return mismatch("batch", std::to_string(there.batch), std::to_string(here.batch));
  }
  if (here.points != 0 && there.points > here.points) {
    return mismatch("points", std::to_string(there.points), std::to_string(here.points));
  }
  const std::string files = bottleneck_difference(there.bottlenecks, here.bottlenecks);
  if (!files.empty()) return files;
  const std::string shards = shard_difference(there.shard, here.shard);
  return shards.empty() ? race_difference(there.race, here.race) : shards;
}

}  // namespace splitbench
