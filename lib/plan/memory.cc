#include "plan/memory.h"

#include <algorithm>
#include <optional>

namespace splitbench {
namespace {

// Bytes after each layer, by its id.
std::unordered_map<std::string, double> after_layers(const Profile& profile) {
  std::unordered_map<std::string, double> bytes;
  double parameters = 0;
  double widest = 0;
  auto previous = static_cast<double>(profile.input.bytes());
  for (const LayerProfile& layer : profile.layers) {
    const auto output = static_cast<double>(layer.output_bytes);
    parameters += static_cast<double>(layer.parameter_bytes);
    widest = std::max(widest, previous + output);
    bytes[layer.id] = parameters + widest;
    previous = output;
  }
  return bytes;
}

}  // namespace

std::unordered_map<std::string, double> head_memory_bytes(const Profile& profile) {
  std::unordered_map<std::string, double> memory;
  if (profile.layers.empty()) return memory;
  const std::unordered_map<std::string, double> layers = after_layers(profile);
  for (const SplitProfile& split : profile.splits) {
    if (split.split.kind == SplitKind::kServerOnly) {
      memory[split.split.id] = static_cast<double>(profile.input.bytes());
    } else if (split.split.kind == SplitKind::kDeviceOnly) {
      memory[split.split.id] = layers.at(profile.layers.back().id);
    } else {
      std::vector<std::string> names = split.split.aliases;
      names.push_back(split.split.id);
      for (const std::string& name : names) {
        const auto layer = layers.find(name);
        if (layer != layers.end()) memory[split.split.id] = layer->second;
      }
    }
  }
  return memory;
}

std::optional<double> device_memory_bytes(const std::unordered_map<std::string, double>& heads,
                                          const std::string& split) {
  const auto head = heads.find(split);
  return head == heads.end() ? std::nullopt : std::optional<double>(head->second);
}

std::optional<double> device_memory_bytes(const std::unordered_map<std::string, double>& heads,
                                          const Cell& cell) {
  if (!cell.bottleneck) return device_memory_bytes(heads, cell.key.split);
  std::optional<double> bytes = device_memory_bytes(heads, cell.bottleneck->encoder_split);
  constexpr double kParameterBytes = sizeof(float);
  if (bytes) *bytes += kParameterBytes * static_cast<double>(cell.bottleneck->encoder_parameters);
  return bytes;
}

}  // namespace splitbench
