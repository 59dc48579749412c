// NVML, the management library of NVIDIA's GPUs, opened at run time: its energy counter where the
// GPU has one (Volta and later), else its power. That is the graphics card and not the machine.
//
// The few declarations below are NVML's ABI as its reference manual gives it.
#include "base/error.h"
#include "base/plugin.h"
#include "device/meter_factory.h"

namespace splitbench {
namespace {

using Result = int;  // nvmlReturn_t
using Device = void*;
constexpr Result kSuccess = 0;
constexpr Result kNotSupported = 3;
constexpr double kMilli = 1e-3;
constexpr double kPeriodS = 0.1;  // new values come every 20 to 100 ms, by generation

class Nvml {
 public:
  explicit Nvml(const std::string& library) : library_(opened(library)) {
    check(call<Result()>("nvmlInit_v2")(), "nvmlInit");
  }

  Device device(unsigned index) const {
    Device device = nullptr;
    check(call<Result(unsigned, Device*)>("nvmlDeviceGetHandleByIndex_v2")(index, &device),
          "GPU " + std::to_string(index));
    return device;
  }

  std::string name(Device device) const {
    char text[96] = "";
    const auto get = call<Result(Device, char*, unsigned)>("nvmlDeviceGetName");
    return get(device, text, sizeof text - 1) == kSuccess ? text : "GPU";
  }

  bool counts_energy(Device device) const {
    unsigned long long ignored = 0;
    return energy_call()(device, &ignored) == kSuccess;
  }
  double energy_j(Device device) const {
    unsigned long long millijoules = 0;
    check(energy_call()(device, &millijoules), "its energy counter");
    return static_cast<double>(millijoules) * kMilli;
  }
  double power_w(Device device) const {
    unsigned milliwatts = 0;
    check(call<Result(Device, unsigned*)>("nvmlDeviceGetPowerUsage")(device, &milliwatts),
          "its power");
    return static_cast<double>(milliwatts) * kMilli;
  }

 private:
  static Plugin opened(const std::string& library) {
    try {
      return Plugin(library);
    } catch (const Error& error) {
      throw missing("no NVIDIA driver: " + std::string(error.what()));
    }
  }

  template <typename Function>
  Function* call(const char* name) const {
    try {
      return reinterpret_cast<Function*>(library_.symbol(name));
    } catch (const Error& error) {
      throw missing(error.what());
    }
  }
  Result (*energy_call() const)(Device, unsigned long long*) {
    return call<Result(Device, unsigned long long*)>("nvmlDeviceGetTotalEnergyConsumption");
  }

  void check(Result result, const std::string& what) const {
    if (result == kSuccess) return;
    if (result == kNotSupported) {
      throw missing("NVML does not support " + what +
                    " on this GPU; on a Jetson the board's own monitor tells: use ina3221");
    }
    const char* reason = call<const char*(Result)>("nvmlErrorString")(result);
    throw missing("NVML on " + what + ": " + (reason == nullptr ? "unknown error" : reason));
  }

  Plugin library_;
};

class NvmlSensor : public Sensor {
 public:
  NvmlSensor(Nvml nvml, Device device, bool energy)
      : nvml_(std::move(nvml)), device_(device), energy_(energy) {
    if (energy_) first_j_ = last_j_ = nvml_.energy_j(device_);
  }

  double read() override {
    if (!energy_) return nvml_.power_w(device_);
    const double joules = nvml_.energy_j(device_);
    if (joules < last_j_) {
      throw missing("the GPU's energy counter went backwards, from " + format_number(last_j_) +
                    " to " + format_number(joules) + " J: the driver was reloaded");
    }
    last_j_ = joules;
    return joules - first_j_;
  }

 private:
  Nvml nvml_;
  Device device_;
  bool energy_;
  double first_j_ = 0, last_j_ = 0;
};

Meter open(const Spec& spec, const MeterContext&) {
  Nvml nvml(spec.options.at("library"));
  const Device device =
      nvml.device(static_cast<unsigned>(parse_integer(spec.options.at("gpu"), "nvml:gpu")));
  const bool energy = nvml.counts_energy(device);
  Meter meter;
  meter.info.rail = nvml.name(device) + " (GPU " + spec.options.at("gpu") + ")";
  meter.info.quantity = energy ? MeterQuantity::kEnergy : MeterQuantity::kPower;
  meter.info.update_period_s = option_or(spec, "period", kPeriodS);
  meter.info.quantum = option_or(spec, "quantum", kMilli);
  meter.sensor = std::make_unique<NvmlSensor>(std::move(nvml), device, energy);
  meter.sensor->read();
  return meter;
}

}  // namespace

MeterFactory nvml_meter() {
  MeterDescription description;
  description.name = "nvml";
  description.summary = "an NVIDIA graphics card through its driver: the card, not the machine";
  description.options = sensor_options();
  OptionDescription gpu;
  gpu.name = "gpu";
  gpu.default_value = "0";
  gpu.maximum = 255;
  gpu.help = "its number";
  description.options.push_back(gpu);
  OptionDescription library = name_option("library", "the library to open");
  library.default_value = "libnvidia-ml.so.1";
  description.options.push_back(library);
  description.quantity = "energy where the GPU counts it, else power";
  description.update_rate = "taken as 100 ms";
  description.quantisation = "1 mJ or 1 mW";
  return {description, open};
}

}  // namespace splitbench
