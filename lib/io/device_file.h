// Device profiles: JSON files of figures about a board or machine, each beside its source.
//
//   {"name", "board", "figures": {"idle_w": {"value", "source"}, "busy_w": ..., "cpus", "cpu_hz",
//    "gpu_hz", "memory_bytes", "dense_macs_per_s", "depthwise_macs_per_s", "copy_bytes_per_s",
//    "hpl_flops"}}
//
// `name` defaults to the file's stem; every figure may be absent. Thread-safe.
#pragma once

#include <string>

#include "core/device.h"

namespace splitbench {

// Throws Error{kBadInput} naming the file and the key that is out of range or has no source.
DeviceProfile read_device_file(const std::string& path);

// The text of such a file.
std::string device_file_text(const DeviceProfile& device);

}  // namespace splitbench
