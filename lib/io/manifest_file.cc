#include "io/manifest_file.h"

#include <algorithm>
#include <filesystem>

#include "io/json.h"
#include "io/text_file.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr std::size_t kSha256Digits = 64;
constexpr Interpolation kInterpolations[] = {Interpolation::kBilinear, Interpolation::kBicubic};

std::optional<int> optional_pixels(const JsonNode& node, const char* key) {
  const auto found = node.find(key);
  return found ? std::optional<int>(found->integer(1)) : std::nullopt;
}

// One value a channel, or nothing.
std::vector<double> channel_values(const JsonNode& node, const char* key, std::size_t channels) {
  const auto found = node.find(key);
  if (!found) return {};
  std::vector<double> values = found->numbers();
  if (values.size() != channels) {
    found->fail("has " + std::to_string(values.size()) + " values, must have " +
                std::to_string(channels) + " (one a channel)");
  }
  return values;
}

bool is_gray(const JsonNode& node) {
  const auto channels = node.find("channels");
  if (!channels) return false;
  const std::string text = channels->text();
  if (text != "rgb" && text != "gray") {
    channels->fail("is " + shown(text) + ", must be \"rgb\" or \"gray\"");
  }
  return text == "gray";
}

Interpolation interpolation_from(const JsonNode& node) {
  const auto interpolation = node.find("interpolation");
  return interpolation ? enum_from(*interpolation, kInterpolations, interpolation_name)
                       : Interpolation::kBilinear;
}

Preprocess preprocess_from(const JsonNode& node) {
  Preprocess preprocess;
  preprocess.resize = optional_pixels(node, "resize");
  preprocess.interpolation = interpolation_from(node);
  preprocess.crop = optional_pixels(node, "crop");
  preprocess.gray = is_gray(node);
  const std::size_t channels = preprocess.gray ? 1 : 3;
  preprocess.mean = channel_values(node, "mean", channels);
  preprocess.std = channel_values(node, "std", channels);
  if (preprocess.mean.empty() != preprocess.std.empty()) {
    node.fail("has one of \"mean\" and \"std\", must have both or neither");
  }
  for (const double deviation : preprocess.std) {
    if (deviation <= 0) node.at("std").fail("must be above 0 in every channel");
  }
  return preprocess;
}

std::string checked_sha256(const JsonNode& root) {
  const std::string digest = root.optional_text("sha256");
  const bool hexadecimal = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!digest.empty() && (digest.size() != kSha256Digits || !hexadecimal)) {
    root.at("sha256").fail("must be 64 lower-case hexadecimal digits");
  }
  return digest;
}

Shape input_shape_from(const JsonNode& node) {
  Shape shape = shape_from(node);
  if (shape.empty() || shape.front() != 1 || std::count(shape.begin(), shape.end(), 0) != 0) {
    node.fail("must start with a batch dimension of 1 and have no dimension of 0");
  }
  return shape;
}

}  // namespace

ModelManifest read_model_manifest(const std::string& path) {
  const nlohmann::json json = parse_json(read_text_file(path), path);
  const JsonNode root(json, path);
  ModelManifest manifest;
  manifest.name = root.at("name").text();
  const std::string file = root.at("file").text();
  if (file.empty()) root.at("file").fail("is empty, must be the path of a TorchScript file");
  // An absolute path stays as it is.
  manifest.file = (std::filesystem::path(path).parent_path() / file).lexically_normal().string();
  manifest.sha256 = checked_sha256(root);
  if (const auto shape = root.find("input_shape")) manifest.input_shape = input_shape_from(*shape);
  if (const auto steps = root.find("preprocess")) manifest.preprocess = preprocess_from(*steps);
  if (const auto classes = root.find("classes")) manifest.classes = classes->texts();
  manifest.dataset = root.optional_text("dataset");
  manifest.reference_accuracy = root.optional_number("reference_accuracy");
  manifest.source = root.optional_text("source");
  return manifest;
}

}  // namespace splitbench
