// What is known about a device without having it at hand: figures, each with its source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/meter.h"

namespace splitbench {

struct SourcedFigure {
  double value = 0;
  std::string source;  // who says so, and of which state of the device; never empty
};

// Figures that nobody has told are unset.
struct DeviceProfile {
  std::string name;
  std::string board;                    // as people call it
  std::optional<SourcedFigure> idle_w;  // the whole board, doing nothing
  std::optional<SourcedFigure> busy_w;  // computing
  std::optional<SourcedFigure> cpus;    // that are online
  std::optional<SourcedFigure> cpu_hz;  // the highest clock of the state
  std::optional<SourcedFigure> gpu_hz;  // the same of the GPU
  std::optional<SourcedFigure> memory_bytes;
  // What it computes in a second, by class of operation (pipeline/scale_profile.h): multiply-
  // accumulates of convolutions and matrix products, of convolutions with one input channel an
  // output, and bytes copied from memory to memory.
  std::optional<SourcedFigure> dense_macs_per_s, depthwise_macs_per_s, copy_bytes_per_s;
  std::optional<SourcedFigure> hpl_flops;  // double precision, by High Performance Linpack
};

// The figures by their keys in documents, for readers, writers and lists.
struct DeviceFigure {
  const char* key;
  std::optional<SourcedFigure> DeviceProfile::*member;
  double minimum, maximum;  // both allowed
};
const std::vector<DeviceFigure>& device_figures();

// Throws Error{kBadInput} naming the device, the figure and its value: out of range, without a
// source, or less power when busy than when idle.
void validate(const DeviceProfile& device);

// Throws Error{kMissingMeasurement} when idle or busy power is not known.
PowerFigures power_figures(const DeviceProfile& device);

}  // namespace splitbench
