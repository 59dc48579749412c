// A race of cells: which of them need not see any more images, because another costs no more bytes
// and is no less accurate, beyond chance.
//
// Every cell sees the same images in the same batches (core/race_batches.h). A cell is only ever
// compared with cells of its group: one group for all cells keeps their common front, a group for
// each split keeps every split's own front, and with them the common one.
//
// What is guaranteed. With probability 1 - alpha at least over the order of the images, for the
// whole race, all its comparisons and all its looks at once: for every stopped cell k there is a
// cell j of its group that is measured on all images, and over all images
//   mean payload of j <= mean payload of k   and   accuracy of j >= accuracy of k - margin.
// So no cell is stopped whose accuracy exceeds that of every cell that costs no more by more than
// `margin`; the front of what remains runs nowhere more than `margin` below the front of all cells;
// and what remains has its exact results. The population is the images themselves: no model of how
// they came about is needed. Encoding times take no part: a cell that is on a front for them alone
// may be stopped.
//
// Beyond what is guaranteed, a cell is stopped only by one that it is not expected to beat by more
// than an image (RaceClaim::expected_gain()): the margin is what may be lost, not what is spent.
//
// How it goes (core/race_batches.h has the images' order):
//   1. All cells see the fair batches. The leaders of each group, which none of it dominates in all
//      that was seen, then see all images.
//   2. The others follow, a few at a time, those that cost least first: what the uncompressed model
//      gets wrong before what it gets right, for there they could be more accurate than a cell that
//      costs less. After each batch a cell is stopped if one that has seen all images provably
//      dominates it; one that never is has seen all images itself, and may stop those to come.
//
// Why it holds. A claim (core/race_claim.h) is made of each cell k against every cell j that has
// cost no more on the fair batches. The claims of a cell have weights w that add up to 1 and are
// fixed then. A claim's accuracies must be proven at level 0.9 alpha w / cells; these levels add up
// to 0.9 alpha. Its bytes must be proven at level 0.1 alpha / cells^2; there are fewer such pairs,
// and so the fair batches may be looked at for these. A wrong stop needs a wrong proof, and the
// levels of all proofs there could be add up to alpha at most. Only cells that see all images stop
// others, so margins do not add up. The tests of accuracies are exact; those of payloads need the
// assumption stated in core/test_martingale.h on the range of payloads not seen yet: payloads have
// no bound, and without one nothing can be said of a mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/domination.h"
#include "core/race_claim.h"

namespace splitbench {

struct RaceSettings {
  double alpha = 0.05;
  // Accuracy, as a fraction. The larger, the fewer images tell equal cells from better ones; with 0
  // only those are stopped that are clearly no better.
  double margin = 0;
};

// What the images hardly resolve: 0.75 / sqrt(images), the half-width of the 95 % interval of an
// accuracy of 82 %. Requires images > 0.
double default_race_margin(std::size_t images);

struct RaceStop {
  std::size_t cell = 0;
  std::size_t dominated_by = 0;
  Domination evidence;
};

// A cell that is to see a batch.
struct RaceStep {
  std::size_t cell = 0, batch = 0;
};

// Deterministic; not thread-safe. Memory grows with cells times images seen (9 bytes each), and
// with cells times leaders (about 500 bytes each).
class Race {
 public:
  // Requires images in `order`, 0 < alpha < 1, 0 <= margin < 1.
  Race(std::vector<std::string> groups, RaceOrder order, RaceSettings settings);
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  // Whether the cell is neither stopped nor withdrawn.
  bool running(std::size_t cell) const;

  // What is to be done next, each cell once. Nothing when the race is over: all that run have seen
  // all images.
  const std::vector<RaceStep>& next() const { return next_; }

  // Results of next(), by cell; those of other cells are ignored. Returns the cells stopped by
  // them. Throws Error{kBadInput} when results are missing or too many.
  std::vector<RaceStop> advance(const std::vector<RaceResults>& results);

  // Takes a cell that failed out of the race, and of next(). It has stopped no other: only cells
  // that have seen all images do.
  void withdraw(std::size_t cell);

 private:
  enum class State { kRunning, kStopped, kWithdrawn };
  struct Claim {
    std::size_t challenger = 0;
    double log_weight = 0;
    RaceClaim tests;
  };
  struct Contestant {
    std::string group;
    State state = State::kRunning;
    RaceResults results;
    std::size_t batches = 0;  // seen
    // Of the fair batches. log_weights: of claims against cells that do not lead, and that do.
    double bytes = 0, right = 0;
    bool leads = false;
    double log_weights[2] = {0, 0};
    std::vector<Claim> claims;  // against cells that have seen all images
  };

  bool finished(const Contestant& cell) const { return cell.batches == order_.ends.size(); }
  bool chasing(const Contestant& cell) const {
    return cell.state == State::kRunning && !finished(cell);
  }
  void check(const std::vector<RaceResults>& results) const;
  void take(Contestant& cell, const RaceResults& results) const;
  void end_fair_batches();
  bool dominated(const Contestant& cell) const;
  void weigh_claims(Contestant& cell) const;
  void make_claims(Contestant& cell);
  double accuracy_level() const;
  double payload_level() const;
  bool proven(const Claim& claim) const;
  std::vector<RaceStop> stop_dominated();
  const Claim* best_claim(Contestant& cell);
  RaceStop stop(std::size_t cell, const Claim& claim);
  std::vector<std::size_t> who_is_next() const;
  void plan();

  RaceOrder order_;
  RaceSettings settings_;
  std::vector<Contestant> cells_;
  std::vector<std::size_t> cheapest_first_;  // once the fair batches are over
  std::vector<RaceStep> next_;
};

}  // namespace splitbench
