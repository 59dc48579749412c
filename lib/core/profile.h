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
  std::optional<double> joules;
  std::string source = "none";  // "none" or the meter's name
  std::string reason;           // why joules is unset
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
};

struct SplitProfile {
  SplitPoint split;
  std::size_t boundary_bytes = 0;
  SegmentProfile head;
  SegmentProfile tail;
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
  double layer_sum_ratio = 0;  // sum of layer medians / end-to-end median
};

}  // namespace splitbench
