#include "pipeline/scale_profile.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "measure/segment_energy.h"

namespace splitbench {
namespace {

enum OperationClass : std::size_t { kDense, kDepthwise, kOther, kClasses };

struct ClassFigure {
  const char* part;
  const char* key;
  std::optional<SourcedFigure> DeviceProfile::*rate;
};
constexpr std::array<ClassFigure, kClasses> kFigures = {
    {{"dense", "dense_macs_per_s", &DeviceProfile::dense_macs_per_s},
     {"depthwise", "depthwise_macs_per_s", &DeviceProfile::depthwise_macs_per_s},
     {"other", "copy_bytes_per_s", &DeviceProfile::copy_bytes_per_s}}};

// k * k multiply-accumulates for each output, k odd and more than 1: one input channel. A 1x1
// convolution of so many channels is none that networks have.
bool sees_one_channel(const LayerProfile& layer) {
  if (layer.op.find("conv") == std::string::npos) return false;
  std::uint64_t outputs = 1;
  for (const std::int64_t size : layer.output_shape) outputs *= static_cast<std::uint64_t>(size);
  for (std::uint64_t k = 3; k <= 11; k += 2) {
    if (outputs > 0 && layer.macs == k * k * outputs) return true;
  }
  return false;
}

OperationClass class_of(const LayerProfile& layer) {
  if (layer.macs == 0) return kOther;
  return sees_one_channel(layer) ? kDepthwise : kDense;
}

std::string missing_figures(const Profile& measured, const DeviceProfile& to) {
  std::array<bool, kClasses> needed{};
  for (const LayerProfile& layer : measured.layers) needed[class_of(layer)] = true;
  std::string keys;
  for (std::size_t i = 0; i < kClasses; ++i) {
    if (!needed[i] || to.*kFigures[i].rate) continue;
    keys += (keys.empty() ? "" : ", ") + std::string(kFigures[i].key);
  }
  return keys;
}

class Scaler {
 public:
  Scaler(const Profile& measured, const DeviceProfile& to, const DeviceProfile* from)
      : measured_(measured), to_(to) {
    const std::string missing = missing_figures(measured, to);
    if (missing.empty()) {
      by_class();
    } else {
      by_linpack(from, missing);
    }
    sum_up();
  }

  const std::vector<ScalingFactor>& factors() const { return factors_; }
  double of_layer(const LayerProfile& layer) const { return by_class_[class_of(layer)]; }
  double of_networks() const { return by_class_[kDense]; }
  double of_all() const { return ratio(0, measured_.layers.size()); }
  double of_head(const SplitPoint& split) const { return ratio(0, end_of(split)); }
  double of_tail(const SplitPoint& split) const {
    return ratio(end_of(split), measured_.layers.size());
  }

 private:
  void by_class() {
    std::array<double, kClasses> work{}, seconds{};
    for (const LayerProfile& layer : measured_.layers) {
      const OperationClass part = class_of(layer);
      work[part] += static_cast<double>(part == kOther ? layer.output_bytes : layer.macs);
      seconds[part] += layer.latency.median;
    }
    for (std::size_t i = 0; i < kClasses; ++i) {
      if (seconds[i] <= 0) continue;
      const SourcedFigure& figure = *(to_.*kFigures[i].rate);
      by_class_[i] = work[i] / figure.value / seconds[i];
      factors_.push_back(
          {kFigures[i].part, by_class_[i], kFigures[i].key + (": " + figure.source)});
    }
  }

  void by_linpack(const DeviceProfile* from, const std::string& missing) {
    if (from == nullptr || !from->hpl_flops || !to_.hpl_flops) {
      const bool lacks_to = !to_.hpl_flops;
      throw Error(ErrorCode::kMissingMeasurement,
                  "device '" + to_.name + "' has no " + missing + (lacks_to ? ", hpl_flops" : "") +
                      (from == nullptr    ? ", and no --from names the device of the measurement"
                       : !from->hpl_flops ? ", and device '" + from->name + "' has no hpl_flops"
                                          : "") +
                      "; write a device file with them, each with its source");
    }
    by_class_.fill(from->hpl_flops->value / to_.hpl_flops->value);
    factors_.push_back({"all", by_class_[kDense],
                        "hpl_flops of " + from->name + ": " + from->hpl_flops->source + "; of " +
                            to_.name + ": " + to_.hpl_flops->source});
  }

  void sum_up() {
    for (const LayerProfile& layer : measured_.layers) {
      before_s_.push_back(before_s_.back() + layer.latency.median);
      after_s_.push_back(after_s_.back() + layer.latency.median * of_layer(layer));
    }
  }

  // Of the layers from first to before last; of all where those take no time.
  double ratio(std::size_t first, std::size_t last) const {
    const double before_s = before_s_[last] - before_s_[first];
    if (before_s > 0) return (after_s_[last] - after_s_[first]) / before_s;
    return before_s_.back() > 0 ? after_s_.back() / before_s_.back() : by_class_[kDense];
  }

  // How many layers the head has: those up to the one whose output crosses.
  std::size_t end_of(const SplitPoint& split) const {
    if (split.kind == SplitKind::kServerOnly) return 0;
    if (split.kind == SplitKind::kDeviceOnly) return measured_.layers.size();
    for (std::size_t i = measured_.layers.size(); i > 0; --i) {
      const std::string& id = measured_.layers[i - 1].id;
      const bool alias =
          std::find(split.aliases.begin(), split.aliases.end(), id) != split.aliases.end();
      if (id == split.id || alias) return i;
    }
    throw bad_input("the profile of " + measured_.model_name +
                    " has no layer that ends at split '" + split.id +
                    "', so nothing tells what its head is made of");
  }

  const Profile& measured_;
  const DeviceProfile& to_;
  std::array<double, kClasses> by_class_ = {1, 1, 1};
  std::vector<ScalingFactor> factors_;
  std::vector<double> before_s_ = {0}, after_s_ = {0};  // of the first i layers
};

LatencySummary scaled(LatencySummary latency, double factor) {
  latency.median *= factor;
  latency.p95 *= factor;
  latency.ci95 = {latency.ci95.low * factor, latency.ci95.high * factor};
  for (double& sample : latency.samples) sample *= factor;
  return latency;
}

// What the device's power makes of times.
class EnergyModel {
 public:
  explicit EnergyModel(const DeviceProfile& device) : source_("model:device=" + device.name) {
    try {
      figures_ = power_figures(device);
    } catch (const Error& error) {
      reason_ = error.what();
    }
  }

  EnergyReading of(const LatencySummary& latency) const {
    EnergyReading energy;
    if (figures_) {
      const bool sampled = !latency.samples.empty();
      energy = modelled_energy(*figures_, sampled ? mean(latency.samples) : latency.median);
    } else {
      energy.reason = reason_;
      energy.modelled = true;
    }
    energy.source = source_;
    return energy;
  }

  PowerRecord record(const DeviceProfile& device) const {
    PowerRecord power;
    power.meter = source_;
    power.rail = "figures of the device profile " + device.name;
    power.quantity = meter_quantity_name(MeterQuantity::kPower);
    power.modelled = true;
    if (figures_) {
      power.idle_w = figures_->idle_w;
      power.source = figures_->source;
    } else {
      power.idle_reason = reason_;
    }
    return power;
  }

 private:
  std::string source_, reason_;
  std::optional<PowerFigures> figures_;
};

void scale_segment(SegmentProfile& segment, double factor, const EnergyModel& energy) {
  segment.latency = scaled(std::move(segment.latency), factor);
  segment.energy = energy.of(segment.latency);
}

void scale_bottleneck(BottleneckProfile& bottleneck, const Profile& measured, const Scaler& scaler,
                      const EnergyModel& energy) {
  scale_segment(bottleneck.encoder.segment, scaler.of_networks(), energy);
  scale_segment(bottleneck.decoder.segment, scaler.of_networks(), energy);
  if (!bottleneck.tail) return;
  double factor = scaler.of_all();
  for (const SplitProfile& split : measured.splits) {
    if (split.split.id == bottleneck.decoder_split) factor = scaler.of_tail(split.split);
  }
  scale_segment(bottleneck.tail->segment, factor, energy);
}

}  // namespace

Profile scaled_profile(const Profile& measured, const DeviceProfile& to,
                       const DeviceProfile* from) {
  if (measured.scaling) {
    throw bad_input("this profile is scaled to " + measured.scaling->device +
                    " already; scale the one that was measured");
  }
  if (measured.layers.empty()) throw bad_input("the profile has no layers to scale by");
  const Scaler scaler(measured, to, from);
  const EnergyModel energy(to);
  Profile profile = measured;
  profile.device = to.name;
  profile.scaling = ProfileScaling{to.name, measured.host, scaler.factors()};
  profile.power = energy.record(to);
  profile.thermals.clear();
  profile.sustained.reset();
  scale_segment(profile.end_to_end, scaler.of_all(), energy);
  double layers_s = 0;
  for (LayerProfile& layer : profile.layers) {
    layer.latency = scaled(std::move(layer.latency), scaler.of_layer(layer));
    layer.energy = energy.of(layer.latency);
    layers_s += layer.latency.median;
  }
  const double whole_s = profile.end_to_end.latency.median;
  profile.layer_sum_ratio = whole_s > 0 ? layers_s / whole_s : 0;
  for (SplitProfile& split : profile.splits) {
    scale_segment(split.head, scaler.of_head(split.split), energy);
    scale_segment(split.tail, scaler.of_tail(split.split), energy);
  }
  for (BottleneckProfile& bottleneck : profile.bottlenecks) {
    scale_bottleneck(bottleneck, measured, scaler, energy);
  }
  return profile;
}

}  // namespace splitbench
