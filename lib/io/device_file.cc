#include "io/device_file.h"

#include <filesystem>

#include "base/error.h"
#include "io/json.h"
#include "io/text_file.h"

namespace splitbench {

DeviceProfile read_device_file(const std::string& path) {
  const nlohmann::json json = parse_json(read_text_file(path), path);
  const JsonNode node(json, path);
  DeviceProfile device;
  device.name = node.optional_text("name");
  if (device.name.empty()) device.name = std::filesystem::path(path).stem().string();
  device.board = node.optional_text("board");
  const auto figures = node.find("figures");
  for (const DeviceFigure& known : device_figures()) {
    const auto figure = figures ? figures->find(known.key) : std::nullopt;
    if (!figure) continue;
    device.*known.member = SourcedFigure{figure->at("value").number(), figure->at("source").text()};
  }
  try {
    validate(device);
  } catch (const Error& error) {
    node.fail(std::string("is no valid device: ") + error.what());
  }
  return device;
}

std::string device_file_text(const DeviceProfile& device) {
  Json json;
  json["name"] = device.name;
  json["board"] = device.board;
  json["figures"] = Json::object();
  for (const DeviceFigure& known : device_figures()) {
    const auto& figure = device.*known.member;
    if (!figure) continue;
    json["figures"][known.key]["value"] = figure->value;
    json["figures"][known.key]["source"] = figure->source;
  }
  return document_text(json, "device");
}

}  // namespace splitbench
