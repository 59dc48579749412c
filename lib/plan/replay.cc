#include "plan/replay.h"

namespace splitbench {

Replay::Replay(const Estimate& e, const Conditions& c) : device_s_(e.device_s + e.encode_s) {
  fixed_j_ = e.energy_j;
  if (!sends(e)) return;
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
    radio_w_ = *c.power.radio_w;
    *fixed_j_ -= radio_w_ * (e.uplink_s - rtt_s_ / 2);
  }
  if (parts.receive) {
    receive_w_ = *c.power.receive_w;
    *fixed_j_ -= receive_w_ * (e.downlink_s - rtt_s_ / 2);
  }
  if (parts.idle) {
    idle_w_ = *c.power.idle_w;
    *fixed_j_ -= *parts.idle;
  }
}

}  // namespace splitbench
