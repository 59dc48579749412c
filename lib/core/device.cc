#include "core/device.h"

#include "base/error.h"
#include "base/spec.h"

namespace splitbench {

const std::vector<DeviceFigure>& device_figures() {
  static const std::vector<DeviceFigure> figures = {
      {"idle_w", &DeviceProfile::idle_w, 0, 1e5},
      {"busy_w", &DeviceProfile::busy_w, 0, 1e5},
      {"cpus", &DeviceProfile::cpus, 1, 1e5},
      {"cpu_hz", &DeviceProfile::cpu_hz, 1e3, 1e12},
      {"gpu_hz", &DeviceProfile::gpu_hz, 1e3, 1e12},
      {"memory_bytes", &DeviceProfile::memory_bytes, 1e3, 1e18},
      {"dense_macs_per_s", &DeviceProfile::dense_macs_per_s, 1e3, 1e18},
      {"depthwise_macs_per_s", &DeviceProfile::depthwise_macs_per_s, 1e3, 1e18},
      {"copy_bytes_per_s", &DeviceProfile::copy_bytes_per_s, 1e3, 1e18},
      {"hpl_flops", &DeviceProfile::hpl_flops, 1e3, 1e21},
  };
  return figures;
}

void validate(const DeviceProfile& device) {
  const std::string where = "device '" + device.name + "': ";
  for (const DeviceFigure& known : device_figures()) {
    const auto& figure = device.*known.member;
    if (!figure) continue;
    // Written so that NaN fails too.
    if (!(figure->value >= known.minimum && figure->value <= known.maximum)) {
      throw bad_input(where + known.key + " is " + format_number(figure->value) + ", allowed is " +
                      format_number(known.minimum) + " to " + format_number(known.maximum));
    }
    if (figure->source.empty()) throw bad_input(where + known.key + " has no source");
  }
  if (device.idle_w && device.busy_w && device.busy_w->value < device.idle_w->value) {
    throw bad_input(where + "busy_w, " + format_number(device.busy_w->value) +
                    ", is below idle_w, " + format_number(device.idle_w->value));
  }
}

PowerFigures power_figures(const DeviceProfile& device) {
  if (!device.idle_w || !device.busy_w) {
    throw Error(ErrorCode::kMissingMeasurement,
                "nobody has told the " + std::string(device.idle_w ? "busy" : "idle") +
                    " power of device '" + device.name +
                    "'; write a device file with idle_w and busy_w, each with its source");
  }
  return {device.idle_w->value, device.busy_w->value,
          "idle: " + device.idle_w->source + "; busy: " + device.busy_w->source};
}

}  // namespace splitbench
