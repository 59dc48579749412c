// Tests, while the numbers of a finite population arrive batch by batch, whether their mean can be
// as low as a given one.
//
// The test bets against the null hypothesis "the mean of all N numbers is at most m". Before a
// batch the numbers that remain would, under it, have a mean of at most
//   m' = (N m - sum of those seen) / (N - seen),
// and a stake L >= 0 that is fixed before the batch is looked at multiplies the capital, 1 at
// first, by
//   product over the batch of (1 + L (z - m')).
// Its expectation is at most 1 when the batch is one of core/race_batches.h: of a block, the
// expected product of r draws without replacement of non-negative factors is at most the r-th power
// of their mean (Maclaurin's inequality); blocks are independent, with as many draws each, so by
// the inequality of the means their product is at most the power of the mean over all that remains,
// and that mean is at most 1 under the null (an empty place counts as a factor of 1). So the
// capital is a supermartingale, and (Ville) under the null it ever reaches 1/a with probability a
// at most: an exact test for any number of looks, whatever was looked at before the bets were
// placed. Waudby-Smith & Ramdas 2020, "Confidence sequences for sampling without replacement", give
// this for single draws.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace splitbench {

class TestMartingale {
 public:
  // `lowest` bounds all numbers from below. Without it, what is assumed before every batch is that
  // none of those that remain lies further below the mean of those seen than three times the
  // furthest of these from that mean; nothing can be said of an unbounded mean otherwise.
  TestMartingale(std::size_t population, double null_mean, std::optional<double> lowest);

  // Takes note of what was seen without betting on it; whole batches only.
  void observe(double value, std::size_t times);
  // Places the stake, then observes. The values of one whole batch; some must remain before it.
  void bet(const std::vector<double>& values);

  // Log of the largest capital so far: log(1/a) or more rejects the null at level a. Infinite once
  // the null is impossible.
  double log_evidence() const { return log_evidence_; }

 private:
  // What is known of the values to come: their mean under the null, and their lower bound.
  struct Prospect {
    double null_mean = 0, lowest = 0;
  };
  Prospect prospect() const;
  double stake(const Prospect& next) const;

  std::size_t population_;
  double null_mean_;
  std::optional<double> lowest_;
  std::size_t seen_ = 0;
  double sum_ = 0, squares_ = 0;
  double smallest_ = 0, largest_ = 0;
  double log_capital_ = 0;
  double log_evidence_ = 0;
};

}  // namespace splitbench
