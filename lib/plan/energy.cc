#include "plan/energy.h"

#include "base/spec.h"

namespace splitbench {
namespace {

// A device that is modelled by scaling times draws a power that nobody has measured.
void set_compute(Estimate& e, const EnergyReading& reading, const Conditions& c) {
  if (reading.joules && c.device_scale == 1) {
    e.energy_parts.compute = *reading.joules * c.device_runs;
  } else if (c.power.compute_w) {
    e.energy_parts.compute = *c.power.compute_w * e.device_s;
  } else if (!reading.joules) {
    e.energy_reason = reading.reason.empty() ? "the device profile has no energy" : reading.reason;
  } else {
    e.energy_reason = "measured on a device that is not the one modelled, device scale " +
                      format_number(c.device_scale);
  }
}

double known(const std::optional<double>& part) { return part.value_or(0); }

double sum_of(const EnergyParts& p) {
  return known(p.compute) + known(p.encode) + known(p.radio) + known(p.tail) + known(p.idle);
}

}  // namespace

void set_energy(Estimate& e, const EnergyReading& reading, const Conditions& c) {
  set_compute(e, reading, c);
  EnergyParts& parts = e.energy_parts;
  if (!parts.compute) {
    parts = {};
    return;
  }
  if (!sends(e)) {
    parts.encode = parts.radio = parts.tail = parts.idle = 0;
  } else {
    const Link& link = c.link;
    const double sending_s = e.uplink_s - link.rtt_s / 2;
    const double receiving_s = e.downlink_s - link.rtt_s / 2;
    const PowerModel& power = c.power;
    if (power.compute_w) parts.encode = *power.compute_w * e.encode_s;
    if (power.radio_w && power.receive_w) {
      parts.radio = *power.radio_w * sending_s + power.radio_w_per_bps * uplink_bits(e, c) +
                    *power.receive_w * receiving_s + power.receive_w_per_bps * downlink_bits(c);
    }
    parts.tail = power.tail_j;
    if (power.idle_w) parts.idle = *power.idle_w * (link.rtt_s + e.server_s + e.decode_s);
  }
  e.energy_j = sum_of(parts);
}

std::optional<CostPlane> energy_plane(const Estimate& e, const Conditions& c) {
  if (!e.energy_j) return std::nullopt;
  const EnergyParts& parts = e.energy_parts;
  CostPlane plane = {*e.energy_j, 0, 0};
  if (!sends(e)) return plane;
  if (parts.radio) {
    const double sending_s = e.uplink_s - c.link.rtt_s / 2;
    const double receiving_s = e.downlink_s - c.link.rtt_s / 2;
    plane.fixed -= *c.power.radio_w * sending_s;
    plane.per_x += *c.power.radio_w * uplink_bits(e, c);
    if (c.link.downlink_follows) {
      plane.fixed -= *c.power.receive_w * receiving_s;
      plane.per_x += *c.power.receive_w * downlink_bits(c);
    }
  }
  if (parts.idle) {
    const double loaded_s = e.server_s + e.decode_s;
    const double unloaded_s = loaded_s / slow_down(c);
    plane.fixed -= *c.power.idle_w * (loaded_s - unloaded_s);
    plane.per_w += *c.power.idle_w * unloaded_s;
  }
  return plane;
}

std::vector<std::string> unknown_parts(const EnergyParts& parts) {
  std::vector<std::string> names;
  if (!parts.encode) names.push_back("encode");
  if (!parts.radio) names.push_back("radio");
  if (!parts.tail) names.push_back("tail");
  if (!parts.idle) names.push_back("idle");
  return names;
}

}  // namespace splitbench
