// Where to look: which values of a codec's rate axis (core/rate.h) to measure, so that few cells
// cover the codec's front evenly from no loss to chance.
//
// Evenly means: no two neighbours far apart in the plane of log(payload) and log(loss), each as a
// fraction of what there is between no loss and chance. In logarithms, because a front spans
// decades of both: a plan gains by the ratio of two payloads, and who allows a loss of 1 % asks
// what 2 % would save, not what 41 % saves over 40 %. By both, because an axis can step from no
// loss to chance while the payload hardly moves, and the other way round.
//
// The ends of the axis come first, then always the middle of the largest gap between neighbours
// that were measured. Where both ends of a gap have no loss, or both are at chance, nothing is to
// be found and the gap counts as none: beyond the flat ends of a front no points are spent. Losses
// are measured with noise: they are first made monotone along the axis by least squares (pool
// adjacent violators, Ayer et al. 1955). Payloads need not be monotone.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace splitbench {

struct RatePoint {
  double payload_bytes = 0;  // mean, > 0
  double loss = 0;           // of accuracy, as a fraction
};

struct RateSearchSettings {
  std::size_t points = 8;  // values to measure, at most
  double no_loss = 0.005;  // losses up to here count as none; > 0
  double chance_loss = 0;  // the uncompressed accuracy less that of guessing; > no_loss
};

// Deterministic: equal measurements give equal choices. Not thread-safe.
class RateSearch {
 public:
  // `values`: of the axis (rate_values()), coarsest first. Requires at least one.
  RateSearch(std::size_t values, RateSearchSettings settings);

  // The index of the value to measure next; empty when `points` were measured, when no gap is left,
  // or when two values more could not be measured than could: a codec that refuses one setting of a
  // tensor mostly refuses all.
  std::optional<std::size_t> next() const;

  // What measuring the value came to; empty when it cannot be measured, which uses up no point.
  void add(std::size_t value, std::optional<RatePoint> point);

 private:
  struct Measured {
    std::size_t value = 0;
    double log_payload = 0;
    double log_loss = 0;  // monotone, of a loss from no_loss to chance_loss
  };
  std::vector<Measured> front() const;
  std::optional<std::size_t> middle(std::size_t low, std::size_t high) const;

  RateSearchSettings settings_;
  std::vector<bool> tried_;                       // by value
  std::vector<std::optional<RatePoint>> points_;  // by value
  std::size_t measured_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace splitbench
