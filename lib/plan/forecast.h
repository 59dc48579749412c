// A policy that goes by what transfers took before after such a rate, not by the rate alone.
//
// A rate that changes while a request is under way says little: after a moment of almost none, a
// transfer that starts when the head has run may see a good link. For each class of rates (half an
// octave wide) and each entry of the table, the forecast keeps the mean inverse rate that the
// entry's transfer has seen after requests that started in that class, once it would have ended;
// before ten of them the present rate stands in. Since latency is linear in the inverse rate, the
// choice by these means is that of the least mean cost for the class: in the long run no single
// choice is better. It assumes that the device sees its link's rate all the time. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <vector>

#include "core/policy_table.h"
#include "core/step_trace.h"

namespace splitbench {

// When an entry's transfer starts after its request, and what it sends; 0 bits: nothing.
struct EntryTransfer {
  double after_s = 0, bits = 0;
};

class Forecast {
 public:
  // One transfer for each entry of the table, which is of one batch. Both the trace and the table
  // must outlive this; only the past of the trace is looked at.
  Forecast(const StepTrace& rate, const PolicyTable& table, std::vector<EntryTransfer> transfers);

  // The table's entry for a request now, as best_entry(). `now_s` must not fall from call to call.
  std::size_t choose(double now_s, double rate_bps, double w);

 private:
  struct Request {
    double end_s = 0;
    int rate_class = 0;
    std::vector<double> inverse;  // of each entry's transfer
  };
  struct Seen {
    std::vector<double> sums;
    double count = 0;
  };

  void learn(double now_s);
  void start(double now_s, int rate_class);

  const StepTrace& rate_;
  const PolicyTable& table_;
  std::vector<EntryTransfer> transfers_;
  std::deque<Request> under_way_;
  std::map<int, Seen> seen_;
};

}  // namespace splitbench
