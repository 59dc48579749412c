#include "measure/validity.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace splitbench {
namespace {

constexpr std::size_t kMinSamples = 5;
constexpr double kMaxMedianUncertainty = 0.10;  // half the width of the interval over the median
constexpr double kMaxLoadPerCpu = 0.5;
constexpr double kMaxFrequencyChange = 0.10;
constexpr double kMaxWarming = 15;      // degrees Celsius
constexpr double kMaxTemperature = 85;  // degrees Celsius: where common boards start to throttle

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

void judge_build(const RunObservations& run, Validity& validity) {
  const bool optimised = run.build_type == "Release" || run.build_type == "RelWithDebInfo" ||
                         run.build_type == "MinSizeRel";
  if (optimised) return;
  const std::string type = run.build_type.empty() ? "unset" : run.build_type;
  validity.reasons.push_back("the build type is " + type +
                             ", not optimised; build with -DCMAKE_BUILD_TYPE=Release");
}

void judge_throttling(const RunObservations& run, Validity& validity) {
  const auto& before = run.throttle_count_before;
  const auto& after = run.throttle_count_after;
  if (before && after && *after > *before) {
    validity.reasons.push_back("the CPU was throttled " + std::to_string(*after - *before) +
                               " times during the run; cool it or lower its clock");
  } else if (run.before.throttled.value_or(false) || run.after.throttled.value_or(false)) {
    validity.reasons.push_back(
        "the firmware reports throttling or under-voltage; cool the board or change its supply");
  }
}

void judge_samples(const RunObservations& run, Validity& validity) {
  if (run.fewest_samples < kMinSamples) {
    validity.reasons.push_back("only " + std::to_string(run.fewest_samples) +
                               " samples of some item, at least " + std::to_string(kMinSamples) +
                               " are needed; raise --repetitions");
  }
  const LatencySummary& latency = run.end_to_end;
  if (latency.samples.empty() || latency.median <= 0) return;
  const double uncertainty = (latency.ci95.high - latency.ci95.low) / 2 / latency.median;
  if (uncertainty > kMaxMedianUncertainty) {
    validity.reasons.push_back("the median end-to-end time is only known to within " +
                               fixed(uncertainty * 100, 0) +
                               " %; stop other programs or raise --repetitions");
  }
}

void note_load(const Environment& before, std::vector<std::string>& warnings) {
  if (!before.load_average || before.cpus < 1) return;
  const double load = *before.load_average / before.cpus;
  if (load <= kMaxLoadPerCpu) return;
  warnings.push_back("the load average at the start was " + fixed(*before.load_average, 2) +
                     " on " + std::to_string(before.cpus) + " CPUs; stop other programs");
}

void note_frequency(const RunObservations& run, std::vector<std::string>& warnings) {
  const auto& governor = run.before.governor;
  if (governor && *governor != "performance") {
    warnings.push_back("the CPU frequency governor is " + *governor +
                       "; set it to performance for steadier times");
  }
  const auto average = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  if (run.before.frequencies_hz.empty() || run.after.frequencies_hz.empty()) return;
  const double before = average(run.before.frequencies_hz);
  const double after = average(run.after.frequencies_hz);
  if (before <= 0 || std::abs(after / before - 1) <= kMaxFrequencyChange) return;
  warnings.push_back("the mean CPU frequency went from " + fixed(before / 1e6, 0) + " to " +
                     fixed(after / 1e6, 0) + " MHz during the run");
}

void note_temperature(const RunObservations& run, std::vector<std::string>& warnings) {
  const auto& before = run.before.temperature_c;
  const auto& after = run.after.temperature_c;
  if (after && *after > kMaxTemperature) {
    warnings.push_back("the hottest sensor was at " + fixed(*after, 0) + " degrees C at the end");
  }
  if (before && after && *after - *before > kMaxWarming) {
    warnings.push_back("the hottest sensor warmed from " + fixed(*before, 0) + " to " +
                       fixed(*after, 0) + " degrees C during the run");
  }
}

}  // namespace

Verdict judge(const RunObservations& run) {
  Verdict verdict;
  judge_build(run, verdict.validity);
  judge_throttling(run, verdict.validity);
  judge_samples(run, verdict.validity);
  verdict.validity.valid = verdict.validity.reasons.empty();
  note_load(run.before, verdict.warnings);
  note_frequency(run, verdict.warnings);
  note_temperature(run, verdict.warnings);
  if (!run.warm_up_stable) {
    verdict.warnings.push_back("the times of some item had not settled when warming up ended");
  }
  return verdict;
}

}  // namespace splitbench
