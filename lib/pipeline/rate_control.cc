#include "pipeline/rate_control.h"

namespace splitbench {

double estimated_loss(const EvaluationSet& inputs, const std::vector<int>& answers) {
  double loss = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] == inputs.baseline[i]) continue;
    const auto probability = [&](int answer) {
      return answer == kNoAnswer ? 0.0
                                 : double{inputs.beliefs.at(i)[static_cast<std::size_t>(answer)]};
    };
    constexpr double kCertain = 1;
    loss += (probability(inputs.baseline[i]) - probability(answers[i]) + kCertain) / 2;
  }
  return answers.empty() ? 0 : loss / static_cast<double>(answers.size());
}

std::optional<RateChoice> choose_rate(const std::vector<std::string>& values,
                                      const RateTarget& target,
                                      const std::function<RateTrial(const std::string&)>& trial) {
  const bool by_loss = target.goal == RateGoal::kLoss;
  std::optional<RateChoice> best;
  std::size_t trials = 0;
  // Everything before `low` is known to be too coarse (for bytes: to fit), everything from `high`
  // on to be fine enough (not to fit).
  std::size_t low = 0;
  std::size_t high = values.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const RateTrial result = trial(values[middle]);
    ++trials;
    const bool meets = by_loss ? result.loss <= target.value : result.payload_bytes <= target.value;
    if (meets) best = RateChoice{values[middle], result, 0};
    (meets == by_loss ? high : low) = meets == by_loss ? middle : middle + 1;
  }
  if (best) best->trials = trials;
  return best;
}

}  // namespace splitbench
