#include "plan/robust.h"

#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"
#include "core/statistics.h"

namespace splitbench {

RobustStatistic parse_statistic(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  RobustStatistic statistic;
  if (name == "mean" && equals == std::string::npos) return statistic;
  if (name != "quantile" && name != "cantelli") {
    throw bad_input("no statistic '" + text + "'" +
                    suggestion(name, {"mean", "quantile", "cantelli"}) +
                    "; write mean, quantile=0.95 or cantelli=0.95");
  }
  statistic.kind =
      name == "quantile" ? RobustStatistic::Kind::kQuantile : RobustStatistic::Kind::kCantelli;
  if (equals == std::string::npos) return statistic;
  statistic.p = parse_number(text.substr(equals + 1), "statistic '" + text + "'");
  if (!(statistic.p > 0 && statistic.p < 1)) {
    throw bad_input("statistic '" + text + "': the share must be between 0 and 1");
  }
  return statistic;
}

std::string statistic_text(const RobustStatistic& statistic) {
  if (statistic.kind == RobustStatistic::Kind::kMean) return "mean";
  const bool quantile = statistic.kind == RobustStatistic::Kind::kQuantile;
  return (quantile ? "quantile=" : "cantelli=") + format_number(statistic.p);
}

double robust_value(const RobustStatistic& statistic, std::vector<double> samples) {
  if (statistic.kind == RobustStatistic::Kind::kQuantile) {
    return quantile(std::move(samples), statistic.p);
  }
  const double average = mean(samples);
  if (statistic.kind == RobustStatistic::Kind::kMean) return average;
  double squares = 0;
  for (const double sample : samples) squares += (sample - average) * (sample - average);
  const double deviation = std::sqrt(squares / static_cast<double>(samples.size()));
  return average + deviation * std::sqrt(statistic.p / (1 - statistic.p));
}

double transfer_from_start(const StepTrace& trace, std::size_t k, double bits, double after_s,
                           StepTrace::Hint& hint) {
  const double start_s =
      (static_cast<double>(k) + 0.5) / static_cast<double>(kTraceStarts) * trace.duration_s();
  return trace.time_to_add_up(start_s + after_s, bits, hint);
}

double robust_transfer_s(const StepTrace& trace, double bits, double after_s,
                         const RobustStatistic& statistic) {
  std::vector<double> samples(kTraceStarts);
  StepTrace::Hint hint;
  for (std::size_t k = 0; k < kTraceStarts; ++k) {
    samples[k] = transfer_from_start(trace, k, bits, after_s, hint);
  }
  return robust_value(statistic, std::move(samples));
}

double robust_pace_s(const StepTrace& trace, double bits, double after_s,
                     const RobustStatistic& statistic) {
  constexpr double kStep = 0.01;
  return (robust_transfer_s(trace, bits * (1 + kStep), after_s, statistic) -
          robust_transfer_s(trace, bits * (1 - kStep), after_s, statistic)) /
         (2 * kStep * bits);
}

}  // namespace splitbench
