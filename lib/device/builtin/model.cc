// No meter at all: power figures of a device profile. For boards without a sensor, and always
// labelled modelled.
#include "device/meter_factory.h"

namespace splitbench {
namespace {

Meter open(const Spec& spec, const MeterContext& context) {
  const std::string& device = spec.options.at("device");
  if (!context.device_power) throw missing("no device profiles to take power from");
  Meter meter;
  meter.model = context.device_power(device);
  meter.info.rail = "figures of the device profile " + device;
  return meter;
}

}  // namespace

MeterFactory model_meter() {
  MeterDescription description;
  description.name = "model";
  description.summary = "no meter: idle and busy power of a device profile; modelled, not measured";
  description.options = {
      name_option("device", "a name in profiles/devices (see list devices) or a file", true)};
  description.quantity = "power";
  description.update_rate = "none";
  description.quantisation = "none";
  return {description, open};
}

}  // namespace splitbench
