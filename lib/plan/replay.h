// One candidate's request replayed: what it takes when it starts at a moment of a trace.
//
//   latency = device_s + encode_s + rtt_s + send(t + device_s + encode_s) + (server_s + decode_s)
//             * (1 + w) + receive
//
// with the stages of plan/cost_model.h, the server's without waiting; send() adds the rate up over
// the trace, and so does receiving where the downlink follows the uplink. w is the waiting factor
// at the start. The energy is that of plan/energy.h for these times. Immutable; thread-safe.
#pragma once

#include <optional>

#include "core/plan.h"
#include "plan/cost_model.h"

namespace splitbench {

class Replay {
 public:
  // `estimate` was made under `conditions`.
  Replay(const Estimate& estimate, const Conditions& conditions);

  double latency_s(const StepTrace& rate, double start_s, double w) const {
    if (up_bits_ == 0) return device_s_;
    const double sending_s = rate.time_to_add_up(start_s + device_s_, up_bits_);
    return device_s_ + rtt_s_ + sending_s + server_s_ * (1 + w) +
           receiving_s(rate, start_s + device_s_ + sending_s);
  }

  // Unset when the estimate has none.
  std::optional<double> energy_j(const StepTrace& rate, double start_s, double w) const;

 private:
  double receiving_s(const StepTrace& rate, double at_s) const {
    return down_bits_ == 0 ? down_s_ : rate.time_to_add_up(at_s, down_bits_);
  }

  double device_s_ = 0, rtt_s_ = 0, up_bits_ = 0, server_s_ = 0;
  double down_s_ = 0, down_bits_ = 0;  // one of them; bits where the downlink follows
  std::optional<double> fixed_j_;      // without what depends on times
  double radio_w_ = 0, receive_w_ = 0, idle_w_ = 0;
};

}  // namespace splitbench
