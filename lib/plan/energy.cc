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
  return known(p.compute) + known(p.encode) + known(p.radio) + known(p.receive) + known(p.tail) +
         known(p.idle);
}

constexpr double kMbit = 1e6;

void add_radio(PowerModel& power, const Link& link) {
  if (!link.radio) return;
  const RadioPower& radio = *link.radio;
  const std::string source =
      "the link's radio" + (radio.source.empty() ? "" : " (" + radio.source + ")");
  if (!power.radio_w) {
    power.radio_w = radio.beta_w;
    power.radio_w_per_bps = radio.alpha_w_per_mbps / kMbit;
    power.sources["radio_w"] = source;
  }
  if (!power.receive_w && radio.downlink_alpha_w_per_mbps) {
    power.receive_w = radio.beta_w;
    power.receive_w_per_bps = *radio.downlink_alpha_w_per_mbps / kMbit;
    power.sources["receive_w"] = source;
  }
  if (!power.tail_j) {
    power.tail_j = tail_energy_j(radio);
    power.sources["tail_j"] = "the link's radio, tail " + std::string(radio_tail_name(radio.tail));
  }
}

void add_profile(PowerModel& power, const Profile& device) {
  if (!device.power) return;
  const std::string meter = device.power->meter + (device.power->modelled ? ", modelled" : "");
  if (!power.idle_w && device.power->idle_w) {
    power.idle_w = device.power->idle_w;
    power.sources["idle_w"] = "the device profile (" + meter + ")";
  }
  if (!power.compute_w && device.end_to_end.energy.mean_w) {
    power.compute_w = device.end_to_end.energy.mean_w;
    power.sources["compute_w"] = "the device profile (" + meter + "), while the whole network ran";
  }
}

// Seconds on the air, without the way there.
double sending_s(const Estimate& e, const Conditions& c) { return e.uplink_s - c.link.rtt_s / 2; }
double receiving_s(const Estimate& e, const Conditions& c) {
  return e.downlink_s - c.link.rtt_s / 2;
}

void set_exchange(Estimate& e, const Conditions& c) {
  EnergyParts& parts = e.energy_parts;
  const PowerModel& power = c.power;
  if (power.compute_w) parts.encode = *power.compute_w * e.encode_s;
  if (power.radio_w) {
    parts.radio = *power.radio_w * sending_s(e, c) + power.radio_w_per_bps * uplink_bits(e, c);
  }
  if (power.receive_w) {
    parts.receive =
        *power.receive_w * receiving_s(e, c) + power.receive_w_per_bps * downlink_bits(c);
  }
  parts.tail = power.tail_j;
  if (power.idle_w) {
    parts.idle = *power.idle_w * (e.uplink_s + e.server_s + e.decode_s + e.downlink_s);
  }
}

}  // namespace

PowerModel known_power(const PlanRequest& request) {
  PowerModel power = request.power;
  add_radio(power, request.link);
  if (request.device_scale == 1) add_profile(power, request.device);
  return power;
}

void set_energy(Estimate& e, const EnergyReading& reading, const Conditions& c) {
  set_compute(e, reading, c);
  EnergyParts& parts = e.energy_parts;
  if (sends(e)) {
    set_exchange(e, c);
  } else {
    parts.encode = parts.radio = parts.receive = parts.tail = parts.idle = 0;
  }
  if (parts.compute) e.energy_j = sum_of(parts);
}

std::optional<CostPlane> energy_plane(const Estimate& e, const Conditions& c) {
  if (!e.energy_j) return std::nullopt;
  const EnergyParts& parts = e.energy_parts;
  CostPlane plane = {*e.energy_j, 0, 0};
  if (!sends(e)) return plane;
  const double idle_w = parts.idle ? c.power.idle_w.value_or(0) : 0;
  const double sending_w = idle_w + (parts.radio ? c.power.radio_w.value_or(0) : 0);
  plane.fixed -= sending_w * sending_s(e, c);
  plane.per_x += sending_w * uplink_bits(e, c);
  if (c.link.downlink_follows) {
    const double receiving_w = idle_w + (parts.receive ? c.power.receive_w.value_or(0) : 0);
    plane.fixed -= receiving_w * receiving_s(e, c);
    plane.per_x += receiving_w * downlink_bits(c);
  }
  const double loaded_s = e.server_s + e.decode_s;
  const double unloaded_s = loaded_s / slow_down(c);
  plane.fixed -= idle_w * (loaded_s - unloaded_s);
  plane.per_w += idle_w * unloaded_s;
  return plane;
}

std::vector<std::string> unknown_parts(const EnergyParts& parts) {
  std::vector<std::string> names;
  if (!parts.encode) names.push_back("encode");
  if (!parts.radio) names.push_back("radio");
  if (!parts.receive) names.push_back("receive");
  if (!parts.tail) names.push_back("tail");
  if (!parts.idle) names.push_back("idle");
  return names;
}

}  // namespace splitbench
