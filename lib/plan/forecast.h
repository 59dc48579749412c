// The dynamic policy: goes by what transfers took before that started at such a rate.
//
// The rate of the moment misleads where it changes while a request is under way: after a moment of
// almost none, a transfer that starts when the head has run may see a good link. So for each class
// of rates (half an octave wide) the device learns the mean inverse rate x that each entry's
// transfer sees after requests that start in that class. Latency is linear in x, so the entry of
// least cost at these means is the one of least mean cost for the class: the plan for the
// distribution of the rate during the coming transfer, given the present rate.
//
// It knows the past alone: a sample counts once all its transfers would have ended, and the next
// one is started when an eighth of the time has passed that the current choice's transfer took in
// the last, so that a moment is not counted over and over. Samples that follow each other in one
// class form blocks of at most eight, about a transfer long, and blocks are what is counted: those
// within are nearly the same measurement.
//
// The guard. With a `home` (the choice of a plan over this link's history: best in the mean there)
// a class leaves it only for an entry whose mean cost is lower by two standard errors of the
// blocks' differences, and not before four blocks; of several, that with the largest difference
// after taking off its two errors. So where the rate of the moment says nothing, the policy is the
// static plan. Without a home the least mean is taken after four blocks, and before that the entry
// for the present rate.
//
// It assumes that the device sees its link's rate all the time. No knowledge of the future, no
// random numbers. Not thread-safe.
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
  // One transfer for each entry of the table, which is of one batch; `home` is an entry's place, or
  // kNoEntry. Trace and table must outlive this; only the past of the trace is looked at.
  Forecast(const StepTrace& rate, const PolicyTable& table, std::vector<EntryTransfer> transfers,
           std::size_t home);

  // The table's entry for a request now, as best_entry(). `now_s` must not fall from call to call.
  std::size_t choose(double now_s, double rate_bps, double w);

 private:
  struct Sample {
    double end_s = 0;
    int rate_class = 0;
    std::vector<double> inverse;  // of each entry's transfer
  };
  // Sums over samples, and over blocks of what these summed up to; x_h is the home's.
  struct Seen {
    std::vector<double> sums, squares, with_home, counted;  // x_i; x_i^2; x_i * x_h; count * x_i
    double count = 0, squared_count = 0, blocks = 0;
    bool fresh = false;  // nothing came since `choice` was made for `w`
    double w = 0;
    std::size_t choice = kNoEntry;
  };

  void learn(double now_s);
  void close_block();
  void start(double now_s, int rate_class);
  std::size_t best_of(const Seen& seen, double w) const;
  // How much lower i's mean cost is than the home's, less two standard errors.
  double sure_gain(const Seen& seen, std::size_t i, double w) const;
  double mean_cost(const Seen& seen, std::size_t i, double w) const;

  const StepTrace& rate_;
  const PolicyTable& table_;
  std::vector<EntryTransfer> transfers_;
  std::size_t home_;
  std::deque<Sample> under_way_;
  std::vector<StepTrace::Hint> hints_;  // of each entry
  std::map<int, Seen> seen_;
  std::vector<double> block_;
  double block_count_ = 0;
  int block_class_ = 0;
  double next_sample_s_ = 0, spacing_s_ = 0;
  std::size_t last_choice_ = 0;
};

}  // namespace splitbench
