#include "pipeline/profile_model.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "measure/memory.h"
#include "pipeline/bottleneck_bench.h"
#include "pipeline/check_splits.h"
#include "pipeline/meter_segments.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kInputSeed = 1;
constexpr char kLayerEnergy[] =
    "a layer is too short to be metered; the energy of heads tells what comes before a split";

EnergyReading no_energy(const std::string& reason) { return {std::nullopt, "none", reason}; }

// Of a head or tail that has nothing to do.
EnergyReading energy_of_nothing(const PowerRecord& power) {
  EnergyReading nothing;
  nothing.joules = nothing.dynamic_joules = 0;
  nothing.source = power.meter;
  nothing.modelled = power.modelled;
  return nothing;
}

// Everything that gets timed, in one list for the sampler.
class Bench {
 public:
  Bench(Model& model, const std::vector<std::size_t>& splits, const Tensor& input,
        EventSink& events)
      : model_(model), splits_(splits), input_(input), whole_(model.whole()) {
    std::vector<Boundary> boundaries = model.capture(input, splits);
    for (const Boundary& boundary : boundaries) specs_.push_back(spec_of(boundary));
    peaks_.push_back(peak_of(*whole_, {input_}));
    peaks_.push_back(std::nullopt);  // of the layers
    add([this] { return whole_->time_s({input_}, 1); });
    add([this] { return time_layers(); });
    for (std::size_t k = 0; k < splits.size(); ++k) {
      if (model.info().splits[splits[k]].kind != SplitKind::kInner) continue;
      warn_if_unsound(k, boundaries, events);
      add_segment(model.head(splits[k]), {input_});
      add_segment(model.tail(splits[k]), std::move(boundaries[k]));
    }
  }

  const std::vector<TimedItem>& items() const { return items_; }

  // `timed` is items() and whatever else is to be metered, in the order of `measured`.
  void meter(const std::vector<TimedItem>& timed, const std::vector<MeasuredItem>& measured,
             const ProfileSettings& settings, EventSink& events) {
    no_meter_ = settings.no_meter;
    if (settings.meter == nullptr) return;
    std::vector<TimedItem> items;
    std::vector<LatencySummary> latencies;
    for (std::size_t i = 0; i < timed.size(); ++i) {
      if (i == kLayers) continue;
      items.push_back(timed[i]);
      latencies.push_back(summarise(measured[i].samples_s));
    }
    SteadyClock clock;
    metered_ = meter_segments(items, latencies, *settings.meter, settings.load, clock, events);
  }

  // The energy of learned codecs' networks, which were metered after items().
  void fill_bottlenecks(Profile& profile) const {
    std::size_t item = items_.size();
    for (BottleneckProfile& bottleneck : profile.bottlenecks) {
      bottleneck.encoder.segment.energy = energy_of(item++);
      bottleneck.decoder.segment.energy = energy_of(item++);
      if (bottleneck.tail) bottleneck.tail->segment.energy = energy_of(item++);
    }
  }

  void fill(const std::vector<MeasuredItem>& measured, Profile& profile) const {
    std::vector<LatencySummary> summaries;
    for (const MeasuredItem& item : measured) summaries.push_back(summarise(item.samples_s));
    const auto segment = [&](std::size_t item) {
      return SegmentProfile{summaries[item], energy_of(item), peaks_[item]};
    };
    const SegmentProfile nothing = {
        summarise({0}), metered_ ? energy_of_nothing(metered_->power) : no_energy(no_meter_)};
    profile.end_to_end = segment(kWhole);
    if (metered_) profile.power = metered_->power;
    fill_layers(measured[kLayers].samples_s.size(), profile);
    std::size_t next = kLayers + 1;
    for (std::size_t k = 0; k < splits_.size(); ++k) {
      SplitPoint split = model_.info().splits[splits_[k]];
      split.boundary = specs_[k];  // at the batch that was measured
      SplitProfile row{split, boundary_bytes(split.boundary), {}, {}};
      const bool inner = split.kind == SplitKind::kInner;
      const bool device = split.kind == SplitKind::kDeviceOnly;
      row.head = inner ? segment(next) : device ? profile.end_to_end : nothing;
      row.tail = inner ? segment(next + 1) : device ? nothing : profile.end_to_end;
      if (inner) next += 2;
      profile.splits.push_back(std::move(row));
    }
  }

 private:
  // Positions in items_; heads and tails follow.
  static constexpr std::size_t kWhole = 0, kLayers = 1;

  // Metered items are items_ without the layers.
  EnergyReading energy_of(std::size_t item) const {
    if (!metered_) return no_energy(no_meter_);
    return metered_->energy[item < kLayers ? item : item - 1];
  }

  // A first run, which may allocate more than later ones.
  static std::optional<std::size_t> peak_of(Segment& segment, const Boundary& input) {
    if (!reset_peak_resident()) return std::nullopt;
    segment.run(input);
    return peak_resident_bytes();
  }

  void add(std::function<double()> time_once) { items_.push_back({std::move(time_once)}); }

  void warn_if_unsound(std::size_t k, const std::vector<Boundary>& boundaries,
                       EventSink& events) const {
    const Boundary answer = model_.tail(splits_[k])->run(boundaries[k]);
    const double error = relative_error(boundaries.back().at(0), answer.at(0));
    if (error <= kMaxRelativeError || !std::isfinite(error)) return;
    events.warning("split " + model_.info().splits[splits_[k]].id +
                   " is no sound cut: tail(head(x)) differs from the model; do not use its times");
  }

  void add_segment(std::unique_ptr<Segment> segment, Boundary boundary) {
    peaks_.push_back(peak_of(*segment, boundary));
    segments_.push_back(std::move(segment));
    Segment* timed = segments_.back().get();
    add([timed, boundary = std::move(boundary)] { return timed->time_s(boundary, 1); });
  }

  double time_layers() {
    layer_passes_.push_back(model_.time_layers(input_));
    double sum = 0;
    for (const double seconds : layer_passes_.back()) sum += seconds;
    return sum;
  }

  // The model describes its layers at batch 1.
  void scale_to_batch(LayerInfo& layer) const {
    const std::int64_t batch = input_.shape().at(0);
    if (layer.output_shape.empty() || layer.output_shape[0] != 1) return;
    layer.output_shape[0] = batch;
    layer.output_bytes *= static_cast<std::size_t>(batch);
    layer.macs *= static_cast<std::uint64_t>(batch);
  }

  // The sampler warms up first, so only the last `count` passes are measurements.
  void fill_layers(std::size_t count, Profile& profile) const {
    const std::size_t first = layer_passes_.size() - count;
    double sum = 0;
    for (std::size_t layer = 0; layer < model_.info().layers.size(); ++layer) {
      LayerInfo info = model_.info().layers[layer];
      scale_to_batch(info);
      std::vector<double> samples;
      for (std::size_t pass = first; pass < layer_passes_.size(); ++pass) {
        samples.push_back(layer_passes_[pass][layer]);
      }
      profile.layers.push_back({info.id, info.op, info.output_shape, info.output_bytes, info.macs,
                                info.parameter_bytes, summarise(std::move(samples)),
                                no_energy(metered_ ? kLayerEnergy : no_meter_)});
      sum += profile.layers.back().latency.median;
    }
    profile.layer_sum_ratio = sum / profile.end_to_end.latency.median;
  }

  Model& model_;
  const std::vector<std::size_t>& splits_;
  Tensor input_;
  std::vector<BoundarySpec> specs_;  // by position in splits_
  std::unique_ptr<Segment> whole_;
  std::vector<std::unique_ptr<Segment>> segments_;
  std::vector<TimedItem> items_;
  std::vector<std::optional<std::size_t>> peaks_;  // of each item
  std::vector<std::vector<double>> layer_passes_;
  std::optional<MeteredSegments> metered_;
  std::string no_meter_;
};

// The first reason for a missing energy.
std::string missing_energy(const Profile& profile) {
  std::vector<const EnergyReading*> readings = {&profile.end_to_end.energy};
  for (const SplitProfile& split : profile.splits) {
    readings.insert(readings.end(), {&split.head.energy, &split.tail.energy});
  }
  for (const EnergyReading* reading : readings) {
    if (!reading->joules) return reading->reason;
  }
  return "";
}

// Looks at the machine each second.
class ThermalLog {
 public:
  explicit ThermalLog(const ThermalProbe& probe) : probe_(probe), start_s_(monotonic_s()) {}

  void look() {
    constexpr double kEveryS = 1;
    const double time_s = monotonic_s() - start_s_;
    const bool due = samples_.empty() || time_s >= samples_.back().time_s + kEveryS;
    if (!probe_ || !due) return;
    samples_.push_back(probe_());
    samples_.back().time_s = time_s;
  }
  std::vector<ThermalSample> take() { return std::move(samples_); }

 private:
  const ThermalProbe& probe_;
  double start_s_;
  std::vector<ThermalSample> samples_;
};

TensorSpec batched(TensorSpec spec, int batch) {
  if (!spec.shape.empty()) spec.shape[0] = batch;
  return spec;
}

}  // namespace

ProfileResult profile_model(ModelSession& session, const ProfileSettings& settings,
                            EventSink& events) {
  Model& model = *session.model;
  const ModelInfo& info = model.info();
  if (settings.batch != 1 && !info.any_batch) {
    throw bad_input("--batch " + std::to_string(settings.batch) +
                    ": this network has a batch of 1 "
                    "written into it (a view or reshape with a fixed size); profile it with 1");
  }
  const std::vector<std::size_t> splits = select_splits(info.splits, settings.split);
  if (settings.batch != 1 && !settings.codecs.empty()) {
    throw bad_input("--batch " + std::to_string(settings.batch) +
                    ": a device encodes one input at a time; profile codecs with --batch 1");
  }
  const TensorSpec input_spec = batched(info.input, settings.batch);
  const Tensor input = random_inputs(input_spec, 1, kInputSeed).front();
  Bench bench(model, splits, input, events);
  const BottleneckBench bottlenecks(model, settings.codecs, input);
  std::vector<TimedItem> items = bench.items();
  items.insert(items.end(), bottlenecks.items().begin(), bottlenecks.items().end());
  ThermalLog thermals(settings.thermals);
  const std::vector<MeasuredItem> measured =
      measure_interleaved(items, settings.measure, [&](std::size_t done, std::size_t expected) {
        thermals.look();
        events.progress({"profile", done, expected, "rounds", ""});
      });

  ProfileResult result;
  Profile& profile = result.profile;
  profile.model_name = session.manifest.name;
  profile.model_sha256 = session.sha256;
  profile.parameters = info.parameters;
  profile.macs = info.macs;
  profile.input = input_spec;
  profile.output = batched(info.output, settings.batch);
  profile.batch = settings.batch;
  bench.meter(items, measured, settings, events);
  bench.fill(measured, profile);
  profile.bottlenecks = bottlenecks.profiles(measured, bench.items().size());
  bench.fill_bottlenecks(profile);
  result.missing_energy = missing_energy(profile);
  profile.thermals = thermals.take();
  if (settings.sustained.max_s > 0) {
    SteadyClock clock;
    profile.sustained = run_sustained(bench.items().front(), settings.sustained, settings.thermals,
                                      clock, [&](std::size_t done, std::size_t expected) {
                                        events.progress({"sustained", done, expected, "s", ""});
                                      });
  }
  result.fewest_samples = measured.front().samples_s.size();
  for (const MeasuredItem& item : measured) {
    result.fewest_samples = std::min(result.fewest_samples, item.samples_s.size());
    result.warm_up_stable &= item.warm_up_stable;
  }
  return result;
}

std::vector<TraceSpan> profile_trace(const Profile& profile) {
  std::vector<TraceSpan> spans;
  double start = 0;
  for (const LayerProfile& layer : profile.layers) {
    spans.push_back({layer.id, layer.op, start, layer.latency.median, "layers (medians)"});
    start += layer.latency.median;
  }
  for (const SplitProfile& split : profile.splits) {
    const double head = split.head.latency.median;
    const std::string track = "split " + split.split.id;
    spans.push_back({"head", "head", 0, head, track});
    spans.push_back({"tail", "tail", head, split.tail.latency.median, track});
  }
  return spans;
}

}  // namespace splitbench
