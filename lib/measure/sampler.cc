#include "measure/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/rng.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

constexpr std::size_t kWindow = 5;  // warm-up runs that are compared with as many before
constexpr double kStableWithin = 0.05;

bool is_stable(const std::vector<double>& runs) {
  if (runs.size() < 2 * kWindow) return false;
  const double recent = median({runs.end() - kWindow, runs.end()});
  const double earlier = median({runs.end() - 2 * kWindow, runs.end() - kWindow});
  return std::abs(recent - earlier) <= kStableWithin * earlier;
}

// Runs the items in turn, as they will be measured, until each is stable or has used its time.
void warm_up(const std::vector<TimedItem>& items, double max_s,
             std::vector<MeasuredItem>& results) {
  std::vector<std::vector<double>> runs(items.size());
  std::vector<double> spent_s(items.size());
  for (bool running = true; running;) {
    running = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
      results[i].warm_up_stable = is_stable(runs[i]);
      if (results[i].warm_up_stable || spent_s[i] >= max_s) continue;
      runs[i].push_back(items[i].time_once());
      spent_s[i] += runs[i].back();
      running = true;
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    results[i].warm_up_runs = static_cast<int>(runs[i].size());
  }
}

// Rounds in all until the slowest item has been measured for min_time_s, by its mean so far.
std::size_t rounds_needed(const std::vector<double>& measured_s, std::size_t done,
                          const MeasureSettings& settings) {
  double rounds = settings.min_repetitions;
  const double slowest_s = *std::max_element(measured_s.begin(), measured_s.end());
  if (slowest_s > 0) {
    rounds =
        std::max(rounds, std::ceil(settings.min_time_s * static_cast<double>(done) / slowest_s));
  }
  return static_cast<std::size_t>(std::min<double>(rounds, settings.max_repetitions));
}

}  // namespace

std::vector<MeasuredItem> measure_interleaved(const std::vector<TimedItem>& items,
                                              const MeasureSettings& settings,
                                              const RoundProgress& progress) {
  if (settings.min_repetitions < 1 || settings.max_repetitions < settings.min_repetitions) {
    throw bad_input("repetitions must be at least 1, and no more than the maximum of " +
                    std::to_string(settings.max_repetitions));
  }
  std::vector<MeasuredItem> results(items.size());
  if (items.empty()) return results;
  warm_up(items, settings.warm_up_max_s, results);
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(settings.seed);
  std::vector<double> measured_s(items.size());
  std::size_t needed = 1;
  for (std::size_t done = 0; done < needed;) {
    rng.shuffle(order);
    for (const std::size_t i : order) {
      results[i].samples_s.push_back(items[i].time_once());
      measured_s[i] += results[i].samples_s.back();
    }
    ++done;
    needed = std::max(rounds_needed(measured_s, done, settings), done);
    if (progress) progress(done, needed);
  }
  return results;
}

}  // namespace splitbench
