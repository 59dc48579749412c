#include "core/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace splitbench {
namespace {

constexpr double kZ95 = 1.959963984540054;

double log_binomial(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

// P(X <= k) for X ~ Binomial(n, 1/2).
double fair_binomial_cdf(std::size_t n, std::size_t k) {
  double sum = 0;
  for (std::size_t i = 0; i <= k; ++i) {
    sum += std::exp(log_binomial(static_cast<double>(n), static_cast<double>(i)) -
                    static_cast<double>(n) * std::log(2.0));
  }
  return std::min(sum, 1.0);
}

double sorted_quantile(const std::vector<double>& sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = position - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

Interval sorted_median_ci95(const std::vector<double>& sorted) {
  // The interval from the (k+1)-th smallest to the (k+1)-th largest covers the median with
  // probability 1 - 2 P(X <= k); take the largest k that keeps 95 %. The normal approximation finds
  // the neighbourhood, so that long runs cost no long sums.
  const std::size_t n = sorted.size();
  const double guess = (static_cast<double>(n) - kZ95 * std::sqrt(static_cast<double>(n))) / 2 - 1;
  auto k = static_cast<std::size_t>(std::max(guess - 1, 0.0));
  while (k + 1 < n / 2 && fair_binomial_cdf(n, k + 1) <= 0.025) ++k;
  while (k > 0 && fair_binomial_cdf(n, k) > 0.025) --k;
  return {sorted[k], sorted[n - 1 - k]};
}

}  // namespace

double quantile(std::vector<double> samples, double p) {
  std::sort(samples.begin(), samples.end());
  return sorted_quantile(samples, p);
}

double median(std::vector<double> samples) { return quantile(std::move(samples), 0.5); }

double mean(const std::vector<double>& samples) {
  return std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
}

Interval median_ci95(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return sorted_median_ci95(samples);
}

LatencySummary summarise(std::vector<double> samples) {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  return {sorted_quantile(sorted, 0.5), sorted_quantile(sorted, 0.95), sorted_median_ci95(sorted),
          std::move(samples)};
}

PairedLoss paired_loss(const PairedCounts& counts) {
  const auto n = static_cast<double>(counts.images);
  const auto b = static_cast<double>(counts.only_first);
  const auto c = static_cast<double>(counts.only_second);
  // Bonett & Price: one imaginary image in each discordant class.
  const double p12 = (b + 1) / (n + 2);
  const double p21 = (c + 1) / (n + 2);
  const double centre = p12 - p21;
  const double variance = (p12 + p21 - centre * centre) / (n + 2);
  const double half = kZ95 * std::sqrt(std::max(variance, 0.0));
  return {(b - c) / n, {std::max(centre - half, -1.0), std::min(centre + half, 1.0)}};
}

double mcnemar_p(const PairedCounts& counts) {
  const std::size_t discordant = counts.only_first + counts.only_second;
  if (discordant == 0) return 1;
  const std::size_t rarer = std::min(counts.only_first, counts.only_second);
  return std::min(1.0, 2 * fair_binomial_cdf(discordant, rarer));
}

Interval wilson_ci95(std::size_t successes, std::size_t total) {
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(successes) / n;
  const double z2 = kZ95 * kZ95;
  const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace splitbench
