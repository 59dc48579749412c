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
#include "plan/exchange.h"

namespace splitbench {

// A request: when it starts, and what the device may know of link and server then.
struct Moment {
  double start_s = 0, rate_bps = 0, load = 0, w = 0;
};

class Replay {
 public:
  // `estimate` was made under `conditions`.
  Replay(const Estimate& estimate, const Conditions& conditions);

  // Whether both are the same but for rounding, as with estimates of other rates and loads.
  bool takes_as_long_as(const Replay& other) const;

  // For requests in order of time keep one `hints`.
  Exchange times(const StepTrace& rate, double start_s, ExchangeHints& hints) const {
    if (!sends_) return {};
    Exchange times = exchange_over(rate, start_s + device_s_, up_bits_, down_bits_, hints);
    if (down_bits_ == 0) times.receiving_s = down_s_;
    return times;
  }
  double latency_s(const Exchange& times, double w) const {
    if (!sends_) return device_s_;
    return device_s_ + rtt_s_ + times.sending_s + server_s_ * (1 + w) + times.receiving_s;
  }
  // Unset when the estimate has none.
  std::optional<double> energy_j(const Exchange& times, double w) const {
    if (!fixed_j_ || !sends_) return fixed_j_;
    return *fixed_j_ + radio_w_ * times.sending_s + receive_w_ * times.receiving_s +
           idle_w_ * (rtt_s_ + times.sending_s + times.receiving_s + server_s_ * (1 + w));
  }

 private:
  bool sends_ = false;
  double device_s_ = 0, rtt_s_ = 0, up_bits_ = 0, server_s_ = 0;
  double down_s_ = 0, down_bits_ = 0;  // one of them; bits where the downlink follows
  std::optional<double> fixed_j_;      // without what depends on times
  double radio_w_ = 0, receive_w_ = 0, idle_w_ = 0;
};

}  // namespace splitbench
