// Trains bottlenecks for one model on the same images: images, validation, checkpoints; the epochs
// are pipeline/training_group's and the steps the back-end's (core/training.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "base/spec.h"
#include "core/bottleneck.h"
#include "core/dataset.h"
#include "core/training_log.h"
#include "pipeline/model_session.h"

namespace splitbench {

// Of all bottlenecks that are trained together.
struct TrainingSettings {
  int epochs = 0;            // of all stages together; 0: as published
  std::size_t batch = 0;     // 0: as published
  double rate_factor = 1;    // on the learning rates
  std::size_t patience = 0;  // a stage ends after so many epochs without a better one; 0: never
  std::string augmentation = "flip-shift";
  std::size_t limit = 0;     // images to use, drawn by the seed; 0: all
  std::size_t held_out = 0;  // of them for validation without a dataset of its own; 0: by rule
  std::uint64_t seed = 0;
  int threads = 1;
  std::size_t memory_bytes = std::size_t{1} << 30;  // for prepared images
  double checkpoint_s = 60;                         // between two, at most
  bool resume = false;
  std::function<bool()> stop_requested = [] { return false; };
};

struct TrainedBottleneck {
  Bottleneck bottleneck;
  TrainingLog log;
};

// One bottleneck. What it calls may throw: then it has failed and the others go on.
struct BottleneckJob {
  Spec spec;               // of the method
  std::size_t split = 0;   // where the decoder's output goes
  std::string checkpoint;  // path of the file
  std::string prefix;      // of its notes, where there are several
  // After each epoch, and when it is trained.
  std::function<void(const TrainingLog&)> epoch_done = [](const TrainingLog&) {};
  std::function<void(const TrainedBottleneck&)> trained = [](const TrainedBottleneck&) {};
};

// `validation` may be null: then some of the training images are held out, a tenth but not more
// than 5,000. No image is in both. A bottleneck is a function of model, images, job and settings
// (the paths and the time between checkpoints apart): the same bits with the same number of
// threads, whether it was stopped in between or not, alone or among others. Those whose batches are
// of one size share the passes of the network that teaches them.
//
// Throws Error{kBadInput} when a method cannot be used at its split or the images do not fit the
// network, before anything is trained, and when a checkpoint is of another training;
// Error{kRuntime} when a loss has diverged, at the end of all others, or a stop was requested.
// Checkpoints stay in these two cases and are the caller's to remove otherwise.
void train_bottlenecks(ModelSession& session, const Dataset& dataset, const Dataset* validation,
                       const TrainingSettings& settings, const std::vector<BottleneckJob>& jobs,
                       EventSink& events);

}  // namespace splitbench
