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
// Beyond what is guaranteed, a cell is stopped only by one that has answered no fewer of the images
// seen: the margin is what may be lost, not what is spent.
//
// Why it holds. After the first batch every cell k claims of each cell j that has cost no more so
// far that it dominates k; the claims of a cell have weights w that add up to 1. From then on, two
// tests (core/test_martingale.h) are made against a claim. "j is less accurate by more than the
// margin" must be rejected at level 0.9 alpha w / cells; these levels add up to 0.9 alpha. "j costs
// more" must be rejected at level 0.1 alpha / cells^2; there are fewer such pairs. A wrong stop
// needs a true null rejected, and the levels of all nulls there could be add up to alpha at most. A
// cell that has stopped another is itself never stopped, so margins do not add up. The test of
// accuracies is exact; that of payloads needs the assumption stated there on the range of payloads
// not seen yet: payloads have no bound, and without one nothing can be said of a mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/domination.h"
#include "core/test_martingale.h"

namespace splitbench {

struct RaceSettings {
  double alpha = 0.05;
  // Accuracy, as a fraction. With 0, only cells that are clearly less accurate are stopped; equally
  // accurate ones need about 10 / margin images at least to be told from better ones.
  double margin = 0;
};

// What the images hardly resolve: 0.75 / sqrt(images), the half-width of the 95 % interval of an
// accuracy of 82 %. Requires images > 0.
double default_race_margin(std::size_t images);

// One cell's results on the images of a batch, in the batch's order.
struct RaceResults {
  std::vector<std::uint8_t> correct;  // 0 or 1; without labels: agrees with the uncompressed model
  std::vector<double> payload_bytes;
};

struct RaceStop {
  std::size_t cell = 0;
  std::size_t dominated_by = 0;
  Domination evidence;
};

// Deterministic; not thread-safe. Memory grows with the square of the cells in a group (about 100
// bytes a pair) and with cells times images (9 bytes each).
class Race {
 public:
  // Requires images > 0, 0 < alpha < 1, 0 <= margin < 1.
  Race(std::vector<std::string> groups, std::size_t images, RaceSettings settings);

  // Whether the cell must see the next batch.
  bool running(std::size_t cell) const { return cells_[cell].state == State::kRunning; }

  // The next batch: results by cell, those of cells that do not run are ignored. Returns the cells
  // stopped by it. Throws Error{kBadInput} when results are missing or too many.
  std::vector<RaceStop> advance(const std::vector<RaceResults>& batch);

  // Takes a cell that failed out of the race. Returns the cells that were stopped because of it:
  // nothing holds for them any more, and they have to be measured on all images outside the race.
  std::vector<std::size_t> withdraw(std::size_t cell);

 private:
  enum class State { kRunning, kStopped, kWithdrawn };
  // That a challenger dominates the cell.
  struct Claim {
    std::size_t challenger = 0;
    double weight = 0;
    TestMartingale accuracy;
    std::unique_ptr<TestMartingale> payload;  // once the accuracies look promising
    double log_evidence() const;              // of the accuracies
  };
  struct Contestant {
    std::string group;
    State state = State::kRunning;
    std::vector<std::uint8_t> correct;  // by image seen
    std::vector<double> payload_bytes;  // by image seen
    std::size_t right = 0;
    double bytes = 0;
    std::vector<Claim> claims;
    std::vector<std::size_t> stopped;  // cells that this one has stopped
  };

  // Whether the cell runs and may yet be stopped.
  bool stoppable(std::size_t cell) const { return running(cell) && cells_[cell].stopped.empty(); }
  void take(const std::vector<RaceResults>& batch);
  std::vector<bool> leaders() const;
  void make_claims(std::size_t cell, const std::vector<bool>& leaders);
  void place_bets(std::size_t cell, std::size_t first_image);
  double accuracy_level() const;
  double payload_level() const;
  bool proven(const Claim& claim) const;
  // Proven, and the challenger has been right as often so far.
  bool may_stop(std::size_t cell, const Claim& claim) const;
  std::vector<RaceStop> stop_dominated();
  RaceStop stop(std::size_t cell, const Claim& claim);

  std::vector<Contestant> cells_;
  std::size_t images_;
  std::size_t seen_ = 0;
  RaceSettings settings_;
};

}  // namespace splitbench
