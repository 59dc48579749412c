// How fast a sweep gets on and how long the rest will take, learnt from the cells it has done.
//
// Cells differ a thousandfold: by their codec, by the tensors it codes, by the tail that follows.
// A cell is taken to cost its codec's rate times its size, where the size is the bytes it codes and
// the operations of its tail, each as a share of what cells have on average. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace splitbench {

// What is known of a cell before it is measured.
struct CellWork {
  std::string codec;  // name
  double boundary_bytes = 0;
  double tail_macs = 0;
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
  void cell_done(double seconds, std::size_t images);

  // Unset before the first cell; 0 after the last.
  std::optional<double> left_s() const;
  // Unset before the first cell with images.
  std::optional<double> images_per_s() const;

 private:
  struct Total {
    double seconds = 0, size = 0;
  };

  double size(const CellWork& cell) const;

  std::vector<CellWork> cells_;
  double mean_bytes_ = 0, mean_macs_ = 0;
  std::size_t done_ = 0;
  double images_ = 0;
  Total all_;
  std::map<std::string, Total> codecs_;
};

}  // namespace splitbench
