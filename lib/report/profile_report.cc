#include "report/profile_report.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/page.h"
#include "report/run_section.h"

namespace splitbench {
namespace {

constexpr std::size_t kTopLayers = 10;

std::string boundary_text(const BoundarySpec& boundary) {
  std::string text;
  for (const TensorSpec& tensor : boundary) {
    text += (text.empty() ? "" : " + ") + shape_text(tensor.shape);
  }
  return text;
}

// Half the width of the interval, as a fraction of the median.
Value relative_half_width(const LatencySummary& latency) {
  if (latency.median <= 0) return {};
  return (latency.ci95.high - latency.ci95.low) / 2 / latency.median;
}

Value energy_value(const EnergyReading& energy) {
  if (!energy.joules) return {};
  return *energy.joules;
}

// "+- 3 %" as a fraction; empty where the energy is modelled or missing.
Value energy_half_width(const EnergyReading& energy) {
  if (!energy.joules || !energy.ci95 || *energy.joules <= 0) return {};
  return (energy.ci95->high - energy.ci95->low) / 2 / *energy.joules;
}

Value dynamic_value(const EnergyReading& energy) {
  if (!energy.dynamic_joules) return {};
  return *energy.dynamic_joules;
}

Table energy_table(const Profile& profile) {
  Table table;
  table.columns = {{"split", "split", Unit::kName},
                   {"head", "head", Unit::kJoules},
                   {"head_ci", "+-", Unit::kFraction},
                   {"head_dynamic", "above idle", Unit::kJoules},
                   {"tail", "tail", Unit::kJoules},
                   {"tail_ci", "+-", Unit::kFraction},
                   {"tail_dynamic", "above idle", Unit::kJoules}};
  for (const SplitProfile& split : profile.splits) {
    const EnergyReading& head = split.head.energy;
    const EnergyReading& tail = split.tail.energy;
    table.rows.push_back({split.split.id, energy_value(head), energy_half_width(head),
                          dynamic_value(head), energy_value(tail), energy_half_width(tail),
                          dynamic_value(tail)});
  }
  return table;
}

std::string power_text(const PowerRecord& power) {
  std::string text = power.modelled ? "MODELLED, not measured: from " + power.rail
                                    : "Measured with " + power.meter + " at " + power.rail;
  if (!power.source.empty()) text += " (" + power.source + ")";
  text += ". Idle power: " +
          (power.idle_w ? format_plain(*power.idle_w) + " W" : "unknown, " + power.idle_reason);
  if (power.idle_ci95) {
    text += " (" + format_plain(power.idle_ci95->low) + " to " +
            format_plain(power.idle_ci95->high) + ")";
  }
  text +=
      ". The energy of a run is all that the rail delivers meanwhile; above idle is the part "
      "that the run adds.";
  if (power.sampler) {
    const SamplerCost& cost = *power.sampler;
    text += " The network takes " + format_duration(cost.without.median) +
            " without reading the "
            "meter and " +
            format_duration(cost.with.median) + " with it, every " +
            format_duration(cost.period_s) + " (ratio " + format_plain(cost.ratio_ci95.low) +
            " to " + format_plain(cost.ratio_ci95.high) + ").";
  }
  return text;
}

void append_sustained(Page& page, const SustainedRun& run) {
  page.heading("Sustained");
  std::string text = "Without a pause for " + format_duration(run.seconds) +
                     ", the whole network took " + format_duration(run.first.median) +
                     " in the first minute and " + format_duration(run.steady.median) +
                     " in the last.";
  if (!run.thermals.empty() && run.thermals.back().temperature_c) {
    text += " The hottest sensor ended at " + format_plain(*run.thermals.back().temperature_c) +
            " degrees C.";
  }
  if (!run.is_steady) text += " That is no steady state: " + run.reason + ".";
  page.paragraph(text);
}

// The whole network's reason stands for all: mostly they share it.
void append_energy(Page& page, const Profile& profile) {
  page.heading("Energy");
  page.paragraph(power_text(*profile.power));
  const EnergyReading& whole = profile.end_to_end.energy;
  if (!whole.joules) page.paragraph("The whole network has no energy: " + whole.reason + ".");
  page.table(energy_table(profile));
}

Table splits_for_people(const Profile& profile) {
  Table table;
  table.columns = {{"split", "split", Unit::kName},    {"shape", "boundary", Unit::kText},
                   {"bytes", "size", Unit::kBytes},    {"head", "head", Unit::kSeconds},
                   {"head_ci", "+-", Unit::kFraction}, {"tail", "tail", Unit::kSeconds},
                   {"tail_ci", "+-", Unit::kFraction}, {"natural", "nb", Unit::kText}};
  for (const SplitProfile& split : profile.splits) {
    table.rows.push_back({split.split.id, boundary_text(split.split.boundary),
                          static_cast<double>(split.boundary_bytes), split.head.latency.median,
                          relative_half_width(split.head.latency), split.tail.latency.median,
                          relative_half_width(split.tail.latency),
                          std::string(split.split.natural_bottleneck ? "*" : "")});
  }
  return table;
}

Table bottlenecks_for_people(const Profile& profile) {
  Table table;
  table.columns = {{"codec", "codec", Unit::kSpec},      {"part", "part", Unit::kText},
                   {"split", "split", Unit::kName},      {"parameters", "parameters", Unit::kCount},
                   {"macs", "MACs", Unit::kCount},       {"latency", "latency", Unit::kSeconds},
                   {"latency_ci", "+-", Unit::kFraction}};
  const auto add = [&table](const std::string& codec, const char* name, const std::string& split,
                            const PartProfile& part) {
    const LatencySummary& latency = part.segment.latency;
    table.rows.push_back({codec, std::string(name), split, static_cast<double>(part.parameters),
                          static_cast<double>(part.macs), latency.median,
                          relative_half_width(latency)});
  };
  for (const BottleneckProfile& bottleneck : profile.bottlenecks) {
    add(bottleneck.codec, "encoder", bottleneck.encoder_split, bottleneck.encoder);
    add(bottleneck.codec, "decoder", bottleneck.decoder_split, bottleneck.decoder);
    if (bottleneck.tail) add(bottleneck.codec, "tail", bottleneck.decoder_split, *bottleneck.tail);
  }
  return table;
}

void append_segment_columns(Table& table, const std::string& side) {
  for (const char* quantity : {"median", "p95", "ci95_low", "ci95_high"}) {
    const std::string key = side + "_latency_" + quantity + "_s";
    table.columns.push_back({key, key, Unit::kSeconds});
  }
  table.columns.push_back({side + "_energy_j", side + "_energy_j", Unit::kJoules});
}

void append_segment(std::vector<Value>& row, const SegmentProfile& segment) {
  const LatencySummary& latency = segment.latency;
  row.insert(row.end(), {latency.median, latency.p95, latency.ci95.low, latency.ci95.high,
                         energy_value(segment.energy)});
}

Table splits_for_programs(const Profile& profile) {
  Table table;
  table.columns = {{"split", "split", Unit::kName},
                   {"kind", "kind", Unit::kText},
                   {"boundary", "boundary", Unit::kText},
                   {"boundary_bytes", "boundary_bytes", Unit::kBytes},
                   {"natural_bottleneck", "natural_bottleneck", Unit::kText}};
  append_segment_columns(table, "head");
  append_segment_columns(table, "tail");
  for (const SplitProfile& split : profile.splits) {
    std::vector<Value> row = {split.split.id, std::string(split_kind_name(split.split.kind)),
                              boundary_text(split.split.boundary),
                              static_cast<double>(split.boundary_bytes),
                              std::string(split.split.natural_bottleneck ? "true" : "false")};
    append_segment(row, split.head);
    append_segment(row, split.tail);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table slowest_layers(const Profile& profile) {
  std::vector<const LayerProfile*> layers;
  double sum_s = 0;
  for (const LayerProfile& layer : profile.layers) {
    layers.push_back(&layer);
    sum_s += layer.latency.median;
  }
  std::stable_sort(layers.begin(), layers.end(), [](const LayerProfile* a, const LayerProfile* b) {
    return a->latency.median > b->latency.median;
  });
  layers.resize(std::min(layers.size(), kTopLayers));
  Table table;
  table.columns = {{"layer", "layer", Unit::kName},     {"op", "operation", Unit::kText},
                   {"output", "output", Unit::kText},   {"latency_s", "latency", Unit::kSeconds},
                   {"share", "share", Unit::kFraction}, {"macs", "MACs", Unit::kCount}};
  for (const LayerProfile* layer : layers) {
    const Value share = sum_s > 0 ? Value(layer->latency.median / sum_s) : Value();
    table.rows.push_back({layer->id, layer->op, shape_text(layer->output_shape),
                          layer->latency.median, share, static_cast<double>(layer->macs)});
  }
  return table;
}

std::string scaling_text(const ProfileScaling& scaling) {
  std::string text = "SCALED, not measured: times measured on " +
                     (scaling.measured_host.empty() ? "another machine" : scaling.measured_host) +
                     ", multiplied by figures of " + scaling.device + ":";
  for (const ScalingFactor& factor : scaling.factors) {
    text += " " + factor.part + " operations by " + format_plain(factor.factor) + " (" +
            factor.source + ").";
  }
  return text + " Peak memory is as measured.";
}

void summarise_profile(Page& page, const Profile& profile) {
  const LatencySummary& whole = profile.end_to_end.latency;
  page.title("Profile of " + profile.model_name + " on " +
             (profile.host.empty() || profile.scaling ? "" : profile.host + ", ") + profile.device +
             (profile.scaling ? " (scaled)" : ""));
  if (profile.scaling) page.paragraph(scaling_text(*profile.scaling));
  page.paragraph("The model has " + format_count(static_cast<double>(profile.parameters)) +
                 " parameters and takes " + format_count(static_cast<double>(profile.macs)) +
                 " multiply-accumulates for an input of " + shape_text(profile.input.shape) + " " +
                 dtype_name(profile.input.dtype) + " (" +
                 format_bytes(static_cast<double>(profile.input.bytes())) + "); batch size " +
                 std::to_string(profile.batch) + ".");
  page.paragraph("The whole network takes " + format_duration(whole.median) + " (median of " +
                 std::to_string(whole.samples.size()) + " runs, 95 % interval " +
                 format_duration(whole.ci95.low) + " to " + format_duration(whole.ci95.high) +
                 ", 95th percentile " + format_duration(whole.p95) +
                 "). The layers' times, measured one by one, add up to " +
                 format_plain(profile.layer_sum_ratio) + " of it.");
}

}  // namespace

std::string render(const Profile& profile, ReportFormat format, const RunRecord* run) {
  if (format == ReportFormat::kCsv) return csv_table(splits_for_programs(profile));
  Page page(format);
  summarise_profile(page, profile);
  page.heading("Splits");
  page.paragraph(
      "The head runs on the device up to the split, the boundary crosses the network, "
      "the tail runs on the server; each was timed as one piece. +- is half the 95 % "
      "interval of the median; * marks a natural bottleneck.");
  page.table(splits_for_people(profile));
  if (!profile.bottlenecks.empty()) {
    page.heading("Learned codecs");
    page.paragraph(
        "The encoder takes the boundary of the first split, on the device; the decoder makes that "
        "of the second, on the server; a tail is listed where it was fine-tuned. Quantisation and "
        "entropy coding are not in these times, but in those of splitbench compress.");
    page.table(bottlenecks_for_people(profile));
  }
  if (profile.power) append_energy(page, profile);
  if (profile.sustained) append_sustained(page, *profile.sustained);
  if (!profile.layers.empty()) {
    page.heading("Slowest layers");
    page.table(slowest_layers(profile));
  }
  if (run != nullptr) append_run_section(page, *run);
  return page.take();
}

}  // namespace splitbench
