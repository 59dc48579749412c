#include "core/rate_search.h"

#include <algorithm>
#include <cmath>

namespace splitbench {
namespace {

// By how many the values that cannot be measured may outnumber those that can.
constexpr std::size_t kMostRefused = 1;

// The non-increasing sequence that is closest to `values` in least squares.
std::vector<double> non_increasing(const std::vector<double>& values) {
  struct Pool {
    double sum = 0;
    std::size_t count = 0;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  for (const double value : values) {
    pools.push_back({value, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() < pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::vector<double> result;
  for (const Pool& pool : pools) result.insert(result.end(), pool.count, pool.mean());
  return result;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

RateSearch::RateSearch(std::size_t values, RateSearchSettings settings)
    : settings_(settings), tried_(values), points_(values) {}

void RateSearch::add(std::size_t value, std::optional<RatePoint> point) {
  tried_[value] = true;
  measured_ += point && !points_[value] ? 1 : 0;
  refused_ += point ? 0 : 1;
  points_[value] = point;
}

// Coarsest first.
std::vector<RateSearch::Measured> RateSearch::front() const {
  std::vector<Measured> front;
  std::vector<double> losses;
  for (std::size_t value = 0; value < points_.size(); ++value) {
    if (!points_[value]) continue;
    front.push_back({value, std::log(points_[value]->payload_bytes), 0});
    losses.push_back(points_[value]->loss);
  }
  losses = non_increasing(losses);
  for (std::size_t i = 0; i < front.size(); ++i) {
    front[i].log_loss = std::log(std::clamp(losses[i], settings_.no_loss, settings_.chance_loss));
  }
  return front;
}

// The untried value closest to the middle between two; the coarser of two that are as close.
std::optional<std::size_t> RateSearch::middle(std::size_t low, std::size_t high) const {
  const std::size_t centre = low + (high - low) / 2;
  for (std::size_t away = 0; away < high - low; ++away) {
    if (centre >= low + away && centre - away > low && !tried_[centre - away]) return centre - away;
    if (centre + away < high && !tried_[centre + away]) return centre + away;
  }
  return std::nullopt;
}

std::optional<std::size_t> RateSearch::next() const {
  if (measured_ >= settings_.points || refused_ > measured_ + kMostRefused) return std::nullopt;
  // The ends: the outermost values that can be measured.
  for (std::size_t value = points_.size(); value-- > 0 && !points_[value];) {
    if (!tried_[value]) return value;
  }
  for (std::size_t value = 0; value < points_.size() && !points_[value]; ++value) {
    if (!tried_[value]) return value;
  }
  const std::vector<Measured> points = front();
  const double none = std::log(settings_.no_loss);
  const double chance = std::log(settings_.chance_loss);
  const auto useless = [&](const Measured& coarse, const Measured& fine) {
    return coarse.log_loss <= none || fine.log_loss >= chance;
  };
  double bytes_span = 0, loss_span = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (useless(points[i - 1], points[i])) continue;
    bytes_span += std::fabs(points[i].log_payload - points[i - 1].log_payload);
    loss_span += points[i - 1].log_loss - points[i].log_loss;
  }
  std::optional<std::size_t> best;
  double largest = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Measured& coarse = points[i - 1];
    const Measured& fine = points[i];
    if (useless(coarse, fine)) continue;
    const double bytes = share(std::fabs(fine.log_payload - coarse.log_payload), bytes_span);
    const double size = std::hypot(bytes, share(coarse.log_loss - fine.log_loss, loss_span));
    const auto value = middle(coarse.value, fine.value);
    if (!value || size <= largest) continue;
    best = value;
    largest = size;
  }
  return best;
}

}  // namespace splitbench
