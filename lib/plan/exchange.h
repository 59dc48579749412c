// One message up and its answer down over a trace of the uplink's rate.
//
// Both take as long as the rate needs to add up to their bits (core/step_trace.h). The answer
// starts when the message is through: the server's time and the way there are too short for a link
// to change much. Pure; thread-safe with hints of one's own.
#pragma once

#include "core/step_trace.h"

namespace splitbench {

struct Exchange {
  double sending_s = 0, receiving_s = 0;
};

// Where searches begin; whoever asks for rising starts keeps one.
struct ExchangeHints {
  StepTrace::Hint up, down;
};

// 0 bits take no time: of the answer, where the downlink does not follow the uplink.
inline Exchange exchange_over(const StepTrace& rate, double start_s, double up_bits,
                              double down_bits, ExchangeHints& hints) {
  const double sending_s = rate.time_to_add_up(start_s, up_bits, hints.up);
  if (down_bits == 0) return {sending_s, 0};
  return {sending_s, rate.time_to_add_up(start_s + sending_s, down_bits, hints.down)};
}

}  // namespace splitbench
