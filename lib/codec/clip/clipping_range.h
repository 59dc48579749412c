// The clipping range of a uniform quantiser that loses least: the trade between clipping values
// outside a narrow range and rounding coarsely within a wide one.
//
// With N levels spread evenly over [c_min, c_max], the outer ones on its ends, the squared error is
//
//   sum over x < c_min of (x - c_min)^2 + sum over x > c_max of (x - c_max)^2
//     + sum over the others of (x - nearest level)^2
//
// after Cohen, Choi and Bajic, reconstructed: they minimise it for a model of the distribution,
// here it is minimised over a histogram of values. Errors are thrown by nothing here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/affine.h"

namespace splitbench {

// Number, sum and sum of squares of the values below any point of a range, to the next of 2^16
// equal bins. Reading is safe from several threads.
class ValueHistogram {
 public:
  // Requires a range of finite ends in order.
  explicit ValueHistogram(AffineRange range);

  // Requires values within the range.
  void add(const float* values, std::size_t count);

  struct Moments {
    double count = 0;
    double sum = 0;
    double squares = 0;
  };
  // Of all values below x, rounded to the edge of a bin; any x.
  Moments below(double x) const;
  AffineRange range() const { return range_; }

  // Must follow the last add() and precede below().
  void accumulate();

 private:
  std::size_t bin(double x) const;

  AffineRange range_;
  std::vector<Moments> bins_;  // accumulate() makes each that of all bins before it
};

// The values nearest to each of `levels` levels over `range`.
std::vector<ValueHistogram::Moments> quantiser_cells(const ValueHistogram& values,
                                                     AffineRange range, unsigned levels);

// The squared error of the quantiser over all values of the histogram.
double quantisation_error(const ValueHistogram& values, AffineRange range, unsigned levels);

// The range with the smallest error, by a grid search that is refined around its best point. Values
// that begin at 0, as those behind a ReLU do, keep c_min = 0. Requires levels >= 2.
AffineRange best_clipping_range(const ValueHistogram& values, unsigned levels);

}  // namespace splitbench
