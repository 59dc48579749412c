#include "core/test_martingale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace splitbench {
namespace {

constexpr double kReach = 3;      // of values not seen yet, see the header
constexpr double kBoldest = 0.9;  // share of the stake at which one value could cost everything
constexpr double kImaginary = 1;  // values at the lower bound, added to those seen: early luck is
                                  // no reason to stake much
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TestMartingale::TestMartingale(std::size_t population, double null_mean,
                               std::optional<double> lowest)
    : population_(population), null_mean_(null_mean), lowest_(lowest) {}

TestMartingale::Prospect TestMartingale::prospect() const {
  const auto seen = static_cast<double>(seen_);
  const auto total = static_cast<double>(population_);
  Prospect next;
  next.null_mean = (total * null_mean_ - sum_) / (total - seen);
  if (lowest_) {
    next.lowest = *lowest_;
  } else {
    const double mean = sum_ / seen;
    next.lowest = mean - kReach * std::max(mean - smallest_, largest_ - mean);
  }
  return next;
}

// The stake that makes the log of the capital grow fastest, to second order (Kelly).
double TestMartingale::stake(const Prospect& next) const {
  const double count = static_cast<double>(seen_) + kImaginary;
  const double mean = (sum_ + kImaginary * next.lowest) / count;
  const double square = (squares_ + kImaginary * next.lowest * next.lowest) / count;
  const double edge = mean - next.null_mean;
  if (edge <= 0) return 0;
  const double square_edge = square + next.null_mean * (next.null_mean - 2 * mean);
  return std::min(edge / square_edge, kBoldest / (next.null_mean - next.lowest));
}

void TestMartingale::observe(double value, std::size_t times) {
  if (times == 0) return;
  smallest_ = seen_ == 0 ? value : std::min(smallest_, value);
  largest_ = seen_ == 0 ? value : std::max(largest_, value);
  const auto count = static_cast<double>(times);
  sum_ += count * value;
  squares_ += count * value * value;
  seen_ += times;
}

void TestMartingale::bet(const std::vector<double>& values) {
  // Without a bound nothing is known of the range before the first values.
  if (seen_ > 0 || lowest_) {
    const Prospect next = prospect();
    if (next.null_mean <= next.lowest) {
      log_capital_ = kInfinity;
    } else if (log_capital_ < kInfinity) {
      const double staked = stake(next);
      for (const double value : values) {
        // A value below what was assumed could leave less than nothing: all is lost.
        log_capital_ += std::log(std::max(1 + staked * (value - next.null_mean), 0.0));
      }
    }
    log_evidence_ = std::max(log_evidence_, log_capital_);
  }
  for (const double value : values) observe(value, 1);
}

}  // namespace splitbench
