// Sweeps whose truth is known: results of every cell on every image, made up.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "core/race.h"
#include "core/race_batches.h"

namespace splitbench {

struct SyntheticSweep {
  std::vector<std::string> groups;  // by cell
  std::vector<RaceResults> cells;   // on all images
  std::vector<RaceImage> images;
};

struct SyntheticSize {
  std::size_t splits = 1, settings = 1, images = 1;
};

inline double normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.uniform())) * std::cos(2 * M_PI * rng.uniform());
}

// An image is answered rightly while the codec's noise does not exceed what the image can bear,
// which nine in ten can at all. Settings of a split go from fine to coarse: more noise, fewer
// bytes. Splits differ in size, as they do along a network, and in what noise does to them.
inline SyntheticSweep synthetic_sweep(const SyntheticSize& size, std::uint64_t seed) {
  Rng rng(seed);
  SyntheticSweep sweep;
  std::vector<double> robustness, detail;
  for (std::size_t i = 0; i < size.images; ++i) {
    robustness.push_back(1.28 + normal(rng));
    detail.push_back(std::exp(0.3 * normal(rng)));
    const bool solved = robustness.back() > 0;
    sweep.images.push_back({solved, solved ? 1 : 0});
  }
  for (std::size_t s = 0; s < size.splits; ++s) {
    const double bytes = 30000 * std::exp2(6 * rng.uniform());
    const double frailty = std::exp2(2 * rng.uniform());
    for (std::size_t q = 0; q < size.settings; ++q) {
      constexpr double kHarm = 0.7;  // six images are lost for one that is won, as in real sweeps
      const double noise = 0.03 * frailty * std::pow(1.27, static_cast<double>(q));
      const double level = bytes * std::pow(0.8, static_cast<double>(q));
      RaceResults results;
      for (std::size_t i = 0; i < size.images; ++i) {
        results.correct.push_back(robustness[i] + noise * (normal(rng) - kHarm) > 0 ? 1 : 0);
        results.payload_bytes.push_back(
            std::round(level * detail[i] * std::exp(0.1 * normal(rng))));
      }
      sweep.groups.emplace_back();
      sweep.cells.push_back(std::move(results));
    }
  }
  return sweep;
}

struct RacedSweep {
  std::vector<RaceStop> stops;
  std::vector<bool> remains;   // by cell
  std::size_t executions = 0;  // of a tail, on one image
};

inline RaceResults results_on(const RaceResults& all, const std::vector<std::size_t>& images) {
  RaceResults some;
  for (const std::size_t i : images) {
    some.correct.push_back(all.correct[i]);
    some.payload_bytes.push_back(all.payload_bytes[i]);
  }
  return some;
}

inline RaceOrder race_order_of(const std::vector<RaceImage>& images,
                               const std::vector<std::vector<std::size_t>>& batches) {
  RaceOrder order;
  for (const auto& batch : batches) {
    for (const std::size_t i : batch) order.solved.push_back(images[i].solved ? 1 : 0);
    order.ends.push_back(order.solved.size());
  }
  order.fair = std::min(kFairRaceBatches, batches.size());
  return order;
}

inline RacedSweep race(const SyntheticSweep& sweep, RaceSettings settings, std::uint64_t seed) {
  const auto batches = race_batches(sweep.images, seed);
  Race race(sweep.groups, race_order_of(sweep.images, batches), settings);
  RacedSweep raced;
  while (!race.next().empty()) {
    std::vector<RaceResults> results(sweep.cells.size());
    for (const RaceStep& step : race.next()) {
      results[step.cell] = results_on(sweep.cells[step.cell], batches[step.batch]);
      raced.executions += batches[step.batch].size();
    }
    for (const RaceStop& stop : race.advance(results)) raced.stops.push_back(stop);
  }
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) raced.remains.push_back(race.running(c));
  return raced;
}

// Sums over all images.
struct Totals {
  double correct = 0, payload_bytes = 0;
};
inline std::vector<Totals> totals(const SyntheticSweep& sweep) {
  std::vector<Totals> all;
  for (const RaceResults& cell : sweep.cells) {
    Totals sums;
    for (const double correct : cell.correct) sums.correct += correct;
    for (const double bytes : cell.payload_bytes) sums.payload_bytes += bytes;
    all.push_back(sums);
  }
  return all;
}

// The cells, in one group, that no other dominates on all images.
inline std::vector<std::size_t> true_front(const SyntheticSweep& sweep) {
  const std::vector<Totals> all = totals(sweep);
  std::vector<std::size_t> front;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const bool dominated = std::any_of(all.begin(), all.end(), [&](const Totals& j) {
      return j.payload_bytes <= all[k].payload_bytes && j.correct >= all[k].correct &&
             (j.payload_bytes < all[k].payload_bytes || j.correct > all[k].correct);
    });
    if (!dominated) front.push_back(k);
  }
  return front;
}

// Whether for each stopped cell one of its group remains that costs no more and is less accurate
// by no more than the margin.
inline bool keeps_the_promise(const SyntheticSweep& sweep, const RacedSweep& raced, double margin) {
  const std::vector<Totals> all = totals(sweep);
  const double slack = margin * static_cast<double>(sweep.images.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (raced.remains[k]) continue;
    bool replaced = false;
    for (std::size_t j = 0; j < all.size(); ++j) {
      replaced |= raced.remains[j] && sweep.groups[j] == sweep.groups[k] &&
                  all[j].payload_bytes <= all[k].payload_bytes &&
                  all[j].correct >= all[k].correct - slack;
    }
    if (!replaced) return false;
  }
  return true;
}

}  // namespace splitbench
