// Several trainings on the same batches, side by side: the images are prepared once and the network
// that teaches is run once for all of them.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "pipeline/training_run.h"

namespace splitbench {

// What goes with a run; the group calls these from the thread that trains.
struct GroupMember {
  TrainingRun* run = nullptr;
  // Either ends its part, and the run is not used any more.
  std::function<void()> done;  // trained and examined
  std::function<void(const std::exception& error)> failed;
};

// Trains all members, whose batches are of one size, to the end. Members that a checkpoint has put
// ahead wait until the others are there. A member that fails is left out; what the images or the
// validation throw ends all. Throws Error{kRuntime} when a stop was requested; all members have
// written their checkpoints then.
void train_group(const std::vector<GroupMember>& members, const TrainingImages& images,
                 const TrainingImages& validation, const TrainingSettings& settings,
                 EventSink& events);

}  // namespace splitbench
