// The measured profile of one model on one device (document kind splitbench.profile).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/split.h"
#include "core/statistics.h"
#include "core/tensor.h"

namespace splitbench {

// Energy is a number that was measured or modelled, or nothing with a reason; never a silent zero.
struct EnergyReading {
  std::optional<double> joules;  // all that the rail delivers while this runs once
  std::string source = "none";   // "none" or the meter's spec
  std::string reason = {};       // why joules is unset
  bool modelled = false;         // from figures about the device instead of a meter
  std::optional<Interval> ci95 = {};
  std::optional<double> mean_w = {};          // while it ran over and over
  std::optional<double> dynamic_joules = {};  // the part above the idle power
  std::optional<Interval> dynamic_ci95 = {};
  std::string dynamic_reason = {};  // why it is unset although joules is set
  // Of a measurement: how often it ran while it was metered, for how long, and how many new values
  // the sensor had meanwhile.
  std::size_t runs = 0, updates = 0;
  double window_s = 0;
};

// What sampling a sensor cost the latency of the whole network, measured side by side.
struct SamplerCost {
  double period_s = 0;           // between readings
  double cpu_share = 0;          // of one CPU, taken by the sampling thread
  LatencySummary with, without;  // of the same work, in turns
  Interval ratio_ci95;           // of the medians, with / without
};

// How a profile's energy came about.
struct PowerRecord {
  std::string meter;  // its spec
  std::string rail;
  std::string quantity;  // "power", "energy"
  bool modelled = false;
  double update_period_s = 0, quantum = 0;
  std::optional<double> idle_w;
  std::optional<Interval> idle_ci95;
  std::string idle_reason;
  std::string source;  // of a model's figures
  std::optional<SamplerCost> sampler;
  std::optional<double> alignment;  // correlation of an external log with the load, 0 to 1
};

// Of what nobody asked to meter.
inline EnergyReading unmetered_energy() {
  return {std::nullopt, "none", "no energy meter was asked for (--energy)"};
}

struct LayerProfile {
  std::string id;
  std::string op;
  Shape output_shape;
  std::size_t output_bytes = 0;
  std::uint64_t macs = 0;
  std::size_t parameter_bytes = 0;
  LatencySummary latency;
  EnergyReading energy;
};

struct SegmentProfile {
  LatencySummary latency;  // whole segment, un-instrumented
  EnergyReading energy;
  // The most that was resident at once in the process while it ran, everything else that is loaded
  // included (the runtime, the weights of head and tail); unset where the kernel does not tell.
  std::optional<std::size_t> peak_memory_bytes = {};
};

struct SplitProfile {
  SplitPoint split;
  std::size_t boundary_bytes = 0;
  SegmentProfile head;
  SegmentProfile tail;
};

// How hot and how fast the machine was at a moment; unset means that it does not tell.
struct ThermalSample {
  double time_s = 0;                    // since the measurement began
  std::optional<double> temperature_c;  // of the hottest sensor
  std::optional<double> frequency_hz;   // mean over CPUs
  // The Raspberry Pi firmware's word: bits 0 to 3 under-voltage, capped, throttled and at the soft
  // limit now; 16 to 19 the same since boot.
  std::optional<unsigned> throttled_bits;
};

// The whole network without a pause, until the temperature holds still.
struct SustainedRun {
  LatencySummary first;   // of the first minute
  LatencySummary steady;  // of the last
  double seconds = 0;     // in all
  bool is_steady = false;
  std::string reason;  // why it is not
  std::vector<ThermalSample> thermals;
};

// A part of a bottleneck on one side.
struct PartProfile {
  std::uint64_t parameters = 0;
  std::uint64_t macs = 0;
  SegmentProfile segment;
};

// The networks of a learned codec (core/bottleneck.h), always at batch 1.
struct BottleneckProfile {
  std::string codec;   // canonical spec
  std::string sha256;  // of its file
  std::string encoder_split, decoder_split;
  PartProfile encoder, decoder;
  std::optional<PartProfile> tail;  // fine-tuned; unset: the model's own
};

// What times were multiplied with, and where the figure behind it comes from.
struct ScalingFactor {
  std::string part;  // "dense", "depthwise", "other", or "all"
  double factor = 1;
  std::string source;
};

// How a profile of one device was made from measurements of another: its times are modelled.
struct ProfileScaling {
  std::string device;         // whose figures were used
  std::string measured_host;  // where the times were measured
  std::vector<ScalingFactor> factors;
};

struct Profile {
  std::string model_name;
  std::string model_sha256;
  std::uint64_t parameters = 0;
  std::uint64_t macs = 0;
  TensorSpec input;
  TensorSpec output;
  std::string device;
  int batch = 1;
  std::string host;  // from the envelope
  std::vector<LayerProfile> layers;
  std::vector<SplitProfile> splits;
  std::vector<BottleneckProfile> bottlenecks;  // those that were asked for
  SegmentProfile end_to_end;
  double layer_sum_ratio = 0;             // sum of layer medians / end-to-end median
  std::optional<PowerRecord> power = {};  // unset without a meter
  std::vector<ThermalSample> thermals = {};
  std::optional<SustainedRun> sustained = {};
  std::optional<ProfileScaling> scaling = {};  // unset: measured
};

}  // namespace splitbench
