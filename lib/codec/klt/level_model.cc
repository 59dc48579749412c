#include "codec/klt/level_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/klt/log_scale.h"

namespace splitbench::klt {
namespace {

constexpr int kStepOffset = 128;  // the index of step 1
constexpr int kSteps = 256;
// Coefficients of fewer sixteenths of an octave (standard deviation in steps) are not coded.
constexpr int kLeastSpread = -16;
constexpr int kSixteenthsPerClass = kSixteenths / kClassesPerOctave;

std::uint32_t fixed_magnitude(int log2_eighths) {
  const double magnitude = exp2_sixteenths(2 * log2_eighths) * kMagnitudeOne;
  return static_cast<std::uint32_t>(
      std::clamp(magnitude, 1.0, static_cast<double>(kTopMagnitude) * kMagnitudeOne));
}

}  // namespace

double step_of(StepIndex index) { return exp2_sixteenths(index - kStepOffset); }

StepIndex nearest_step(double step) {
  int index = 0;
  while (index + 1 < kSteps) {
    const double here = step_of(static_cast<StepIndex>(index));
    const double next = step_of(static_cast<StepIndex>(index + 1));
    if (step * step <= here * next) break;
    ++index;
  }
  return static_cast<StepIndex>(index);
}

int spread_class(CoefficientPrior prior, StepIndex step) {
  const int spread = 2 * (prior.spread - kSpreadOffset) - (step - kStepOffset);
  if (spread < kLeastSpread) return -1;
  return std::min((spread - kSixteenths * kFirstClassOctave) / kSixteenthsPerClass,
                  kSpreadClasses - 1);
}

LevelModel::LevelModel(const Parameters& parameters, const std::vector<Frequency>& scan,
                       StepIndex step)
    : frequencies_(scan.size()), begin_(1), extents_(parameters.groups.size()) {
  for (std::size_t group = 0; group < parameters.groups.size(); ++group) {
    FrequencyExtent& extent = extents_[group];
    for (std::size_t f = 0; f < scan.size(); ++f) {
      add_frequency(f, parameters.groups[group].priors[f], step, parameters.tables);
      if (count(group, f) == 0) continue;
      extent.v = std::max(extent.v, scan[f].v + 1);
      extent.u = std::max(extent.u, scan[f].u + 1);
    }
  }
  coefficients_.resize(groups_.size() * kLevelsInGroup);
  expected_logs_.resize(groups_.size() * kLevelsInGroup);
}

void LevelModel::add_level(const CodedCoefficient& coefficient, int expected_log) {
  coefficients_.push_back(coefficient);
  expected_logs_.push_back(static_cast<std::int16_t>(expected_log));
  ++levels_;
  if (groups_.empty() || groups_.back().size == kLevelsInGroup) groups_.push_back({});
  ++groups_.back().size;
  groups_.back().expected += fixed_magnitude(expected_log);
}

void LevelModel::add_frequency(std::size_t frequency, const std::vector<CoefficientPrior>& priors,
                               StepIndex step, const LevelTables& tables) {
  const auto is_coded = [step](CoefficientPrior prior) {
    return prior.spread > 0 && spread_class(prior, step) >= 0;
  };
  std::size_t count = priors.size();
  while (count > 0 && !is_coded(priors[count - 1])) --count;
  for (std::size_t k = 0; k < count; ++k) {
    if (is_coded(priors[k])) {
      const auto spread = static_cast<std::size_t>(spread_class(priors[k], step));
      add_level({static_cast<std::uint32_t>(begin_.back() + k),
                 static_cast<std::uint16_t>(frequency), static_cast<std::uint16_t>(k)},
                tables.mean_magnitude[spread] - kMeanOffset);
    }
    const int gain = 2 * priors[k].gain - (step - kStepOffset);
    to_levels_.push_back(static_cast<float>(exp2_sixteenths(gain)));
    from_levels_.push_back(static_cast<float>(exp2_sixteenths(-gain)));
  }
  begin_.push_back(begin_.back() + count);
}

}  // namespace splitbench::klt
