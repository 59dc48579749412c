#include "core/training.h"

#include <algorithm>

#include "base/error.h"

namespace splitbench {

bool needs_labels(const TrainingStage& stage) { return stage.cross_entropy != 0; }

double learning_rate_at(const TrainingStage& stage, double progress) {
  double rate = stage.learning_rate;
  for (const double drop : stage.drops) {
    if (progress >= drop) rate *= stage.drop_factor;
  }
  return rate;
}

void share_epochs(int total, std::vector<TrainingStage>& stages) {
  const auto count = static_cast<int>(stages.size());
  if (total < count) {
    throw bad_input("--epochs " + std::to_string(total) + ": this method has " +
                    std::to_string(count) + " stages, each takes an epoch at least");
  }
  int published = 0;
  for (const TrainingStage& stage : stages) published += stage.epochs;
  int left = total;
  for (int i = 0; i < count; ++i) {
    TrainingStage& stage = stages[static_cast<std::size_t>(i)];
    const int later = count - i - 1;
    const int share = (left * stage.epochs + published / 2) / published;
    published -= stage.epochs;
    stage.epochs = std::clamp(share, 1, left - later);
    left -= stage.epochs;
  }
}

}  // namespace splitbench
