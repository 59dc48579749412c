// How fast a sweep gets on and how long the rest will take, learnt from the cells it has done.
//
// Cells differ a thousandfold: by their codec, by the tensors it codes, by the tail that follows. A
// cell is taken to cost its codec's rate times the bytes it codes, and its tail's own time as often
// as tails have cost theirs. Calibrations are made with the first cell of a split that needs one:
// their gradients cost as often as others have the tail's time for an image alone, and the rest
// what it has, times the cell's size: the sum of its bytes and its tail's time, each as a share of
// what cells have on average. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/tail_times.h"

namespace splitbench {

// What is known of a cell before it is measured.
struct CellWork {
  std::string codec;  // name
  double boundary_bytes = 0;
  TailTime tail;
  bool fits = false;  // makes the calibrations of its split, or looks for a setting of its own
};

// What a cell took, of wall time.
struct CellSeconds {
  double all = 0;
  double gradients = 0;  // of these, for calibrations
  double fitting = 0;    // of these, before the first image, but for gradients
  double coding = 0;     // of these, in the codec
};

// A rate for people: from 10 on without a fraction.
std::string rate_text(double rate);

class SweepPace {
 public:
  // In the order in which they will be measured.
  explicit SweepPace(std::vector<CellWork> cells);

  // From now on these are left, in place of what was: where cells follow from those before them.
  void expect(std::vector<CellWork> left);

  // The next cell took so long, over so many images.
  void cell_done(const CellSeconds& seconds, std::size_t images);

  // Unset before the first cell; 0 after the last.
  std::optional<double> left_s() const;
  // Unset before the first cell with images.
  std::optional<double> images_per_s() const;

 private:
  // Seconds for what they were spent on: bytes, seconds tried or sizes.
  struct Total {
    void add(double its_seconds, double its_amount);
    double rate() const { return amount > 0 ? seconds / amount : 0; }

    double seconds = 0, amount = 0;
  };

  double size(const CellWork& cell) const;
  double coding_rate(const std::string& codec) const;

  std::vector<CellWork> cells_;
  double mean_bytes_ = 0, mean_tail_s_ = 0;
  std::size_t done_ = 0;
  double images_ = 0, seconds_ = 0;
  Total coding_, tails_, gradients_, fitting_;
  std::map<std::string, Total> codecs_;  // coding
};

}  // namespace splitbench
