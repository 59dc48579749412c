#include "measure/log_alignment.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

constexpr double kLeastCorrelation = 0.7;
constexpr double kLeastLead = 0.05;
constexpr std::size_t kMostPlaces = 50000;
constexpr int kRefinements = 20;

// The log as integrals, so that sums over any stretch cost two look-ups.
class Integrals {
 public:
  explicit Integrals(const std::vector<MeterReading>& readings) : readings_(readings) {
    joules_.push_back(0);
    squares_.push_back(0);
    for (std::size_t i = 0; i + 1 < readings.size(); ++i) {
      const double a = readings[i].value, b = readings[i + 1].value;
      const double seconds = readings[i + 1].time_s - readings[i].time_s;
      joules_.push_back(joules_.back() + (a + b) / 2 * seconds);
      squares_.push_back(squares_.back() + (a * a + a * b + b * b) / 3 * seconds);
    }
  }

  double joules(double start_s, double end_s) const {
    return at(joules_, end_s) - at(joules_, start_s);
  }
  double squares(double start_s, double end_s) const {
    return at(squares_, end_s) - at(squares_, start_s);
  }

 private:
  double at(const std::vector<double>& sums, double time_s) const {
    const auto after = std::upper_bound(
        readings_.begin(), readings_.end(), time_s,
        [](double time, const MeterReading& reading) { return time < reading.time_s; });
    if (after == readings_.begin()) return 0;
    if (after == readings_.end()) return sums.back();
    const auto i = static_cast<std::size_t>(after - readings_.begin()) - 1;
    const double share =
        (time_s - readings_[i].time_s) / (readings_[i + 1].time_s - readings_[i].time_s);
    return sums[i] + share * (sums[i + 1] - sums[i]);
  }

  const std::vector<MeterReading>& readings_;
  std::vector<double> joules_, squares_;
};

// The run's pattern: 1 while busy, else 0, from its first idle window to its last.
struct Pattern {
  Stretch whole;
  std::vector<Stretch> busy;
  double busy_s = 0;
  double shortest_s = 0;
};

Pattern pattern_of(const LoadRun& run) {
  Pattern pattern;
  pattern.whole = {run.idle.front().start_s, run.idle.back().end_s};
  pattern.busy = run.busy;
  for (const Stretch& busy : run.busy) {
    const double seconds = busy.end_s - busy.start_s;
    pattern.shortest_s = pattern.busy_s > 0 ? std::min(pattern.shortest_s, seconds) : seconds;
    pattern.busy_s += seconds;
  }
  return pattern;
}

// Pearson's, over time, of the log's power with the pattern when theirs + offset = ours.
double correlation(const Integrals& log, const Pattern& pattern, double offset_s) {
  const double start_s = pattern.whole.start_s - offset_s, end_s = pattern.whole.end_s - offset_s;
  const double seconds = end_s - start_s;
  const double share = pattern.busy_s / seconds;
  const double watts = log.joules(start_s, end_s) / seconds;
  double busy_j = 0;
  for (const Stretch& busy : pattern.busy) {
    busy_j += log.joules(busy.start_s - offset_s, busy.end_s - offset_s);
  }
  const double covariance = busy_j / seconds - watts * share;
  const double variance = log.squares(start_s, end_s) / seconds - watts * watts;
  const double spread = std::sqrt(std::max(variance, 0.0) * share * (1 - share));
  return spread > 0 ? covariance / spread : 0;
}

double median_distance_s(const std::vector<MeterReading>& readings) {
  std::vector<double> distances;
  for (std::size_t i = 0; i + 1 < readings.size(); ++i) {
    distances.push_back(readings[i + 1].time_s - readings[i].time_s);
  }
  return median(std::move(distances));
}

// Halves the step around the best place until it is far finer than the log.
void refine(const Integrals& log, const Pattern& pattern, double step_s, Alignment& best) {
  for (int i = 0; i < kRefinements; ++i) {
    step_s /= 2;
    for (const double offset_s : {best.offset_s - step_s, best.offset_s + step_s}) {
      const double fit = correlation(log, pattern, offset_s);
      if (fit > best.correlation) best = {std::nullopt, offset_s, fit, ""};
    }
  }
}

std::string doubt(double best, double rival) {
  if (best < kLeastCorrelation) {
    return "the external log shows nothing like the load of this run: at best their correlation "
           "is " +
           format_plain(best, 2);
  }
  if (rival > best - kLeastLead) {
    return "the load of this run fits the external log in two places: correlations " +
           format_plain(best) + " and " + format_plain(rival) +
           "; give it the log of this run alone";
  }
  return "";
}

}  // namespace

Alignment align_log(const std::vector<MeterReading>& readings, double quantum,
                    double update_period_s, const LoadRun& run) {
  Alignment best;
  if (readings.size() < 2 || run.busy.empty()) {
    best.reason = "the external log has " + std::to_string(readings.size()) + " readings";
    return best;
  }
  const Pattern pattern = pattern_of(run);
  const double run_s = pattern.whole.end_s - pattern.whole.start_s;
  const double log_s = readings.back().time_s - readings.front().time_s;
  if (log_s < run_s) {
    best.reason = "the external log covers " + format_duration(log_s) + ", the run took " +
                  format_duration(run_s) + "; log before, during and after it";
    return best;
  }
  const Integrals log(readings);
  const double period_s = median_distance_s(readings);
  const double latest_s = pattern.whole.start_s - readings.front().time_s;
  const double spare_s = log_s - run_s;
  const double step_s = std::max(period_s / 2, spare_s / static_cast<double>(kMostPlaces));
  std::vector<double> fits;
  best.correlation = -1;
  for (double back_s = 0; back_s <= spare_s; back_s += step_s) {
    fits.push_back(correlation(log, pattern, latest_s - back_s));
    if (fits.back() > best.correlation) {
      best = {std::nullopt, latest_s - back_s, fits.back(), ""};
    }
  }
  double rival = -1;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    const double offset_s = latest_s - static_cast<double>(i) * step_s;
    if (std::abs(offset_s - best.offset_s) > pattern.shortest_s / 2) {
      rival = std::max(rival, fits[i]);
    }
  }
  refine(log, pattern, step_s, best);
  best.reason = doubt(best.correlation, rival);
  if (!best.reason.empty()) return best;
  MeterLog aligned = {MeterQuantity::kPower, quantum,
                      update_period_s > 0 ? update_period_s : period_s, readings, ""};
  for (MeterReading& reading : aligned.readings) reading.time_s += best.offset_s;
  best.log = std::move(aligned);
  return best;
}

}  // namespace splitbench
