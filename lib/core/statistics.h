// The statistics behind every reported number. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace splitbench {

struct Interval {
  double low = 0;
  double high = 0;
};

// The p-quantile, 0 <= p <= 1, linearly interpolated between order statistics (Hyndman & Fan
// type 7, the default of NumPy and R). Requires at least one sample; order does not matter.
double quantile(std::vector<double> samples, double p);
double median(std::vector<double> samples);
double mean(const std::vector<double>& samples);

// Distribution-free 95 % confidence interval of the median from order statistics (binomial).
// With fewer than 6 samples no such interval exists: the range of the samples is returned.
Interval median_ci95(std::vector<double> samples);

// A summary of repeated timings, seconds.
struct LatencySummary {
  double median = 0;
  double p95 = 0;
  Interval ci95;                // of the median
  std::vector<double> samples;  // raw, in order of measurement
};
LatencySummary summarise(std::vector<double> samples);

// Two classifiers on the same images. b: only the first is right, c: only the second is right.
struct PairedCounts {
  std::size_t images = 0;
  std::size_t only_first = 0;
  std::size_t only_second = 0;
};

// Accuracy of the first minus that of the second with a 95 % interval: adjusted Wald interval for a
// difference of paired proportions (Bonett & Price 2012), clipped to [-1, 1]. Requires images > 0.
struct PairedLoss {
  double loss = 0;
  Interval ci95;
};
PairedLoss paired_loss(const PairedCounts& counts);

// Exact two-sided McNemar test: the p-value that both are right equally often. 1 without
// discordant images.
double mcnemar_p(const PairedCounts& counts);

// Wilson score interval, 95 %, of a proportion. Requires total > 0.
Interval wilson_ci95(std::size_t successes, std::size_t total);

}  // namespace splitbench
