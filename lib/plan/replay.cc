#include "plan/replay.h"

#include <cmath>

namespace splitbench {

Replay::Replay(const Estimate& e, const Conditions& c) : device_s_(e.device_s + e.encode_s) {
  fixed_j_ = e.energy_j;
  if (!sends(e)) return;
  sends_ = true;
  rtt_s_ = c.link.rtt_s;
  up_bits_ = uplink_bits(e, c);
  server_s_ = (e.server_s + e.decode_s) / slow_down(c);
  if (c.link.downlink_follows) {
    down_bits_ = downlink_bits(c);
  } else {
    down_s_ = e.downlink_s - rtt_s_ / 2;
  }
  if (!fixed_j_) return;
  const EnergyParts& parts = e.energy_parts;
  if (parts.radio) {
    radio_w_ = c.power.radio_w.value_or(0);
    *fixed_j_ -= radio_w_ * (e.uplink_s - rtt_s_ / 2);
  }
  if (parts.receive) {
    receive_w_ = c.power.receive_w.value_or(0);
    *fixed_j_ -= receive_w_ * (e.downlink_s - rtt_s_ / 2);
  }
  if (parts.idle) {
    idle_w_ = c.power.idle_w.value_or(0);
    *fixed_j_ -= *parts.idle;
  }
}

bool Replay::takes_as_long_as(const Replay& o) const {
  constexpr double kRounding = 1e-9;
  const double most_s = device_s_ + rtt_s_ + server_s_ + down_s_;  // of which the rest are left
  const double most_bits = up_bits_ + down_bits_;
  const auto close = [](double a, double b, double most) {
    return std::abs(a - b) <= kRounding * most;
  };
  return sends_ == o.sends_ && close(device_s_, o.device_s_, most_s) &&
         close(server_s_, o.server_s_, most_s) && close(down_s_, o.down_s_, most_s) &&
         close(up_bits_, o.up_bits_, most_bits) && close(down_bits_, o.down_bits_, most_bits);
}

}  // namespace splitbench
