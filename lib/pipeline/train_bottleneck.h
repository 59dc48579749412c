// Trains one bottleneck: images, epochs, validation, checkpoints; the steps are the back-end's
// (core/training.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/event_sink.h"
#include "base/spec.h"
#include "core/bottleneck.h"
#include "core/dataset.h"
#include "core/training_log.h"
#include "pipeline/model_session.h"

namespace splitbench {

struct TrainingSettings {
  Spec spec;                 // of the method
  std::size_t split = 0;     // where the decoder's output goes
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
  std::string checkpoint;                           // path of the file
  double checkpoint_s = 60;                         // between two, at most
  bool resume = false;
  std::function<bool()> stop_requested = [] { return false; };
  // After each epoch, and at the end.
  std::function<void(const TrainingLog&)> epoch_done = [](const TrainingLog&) {};
};

struct TrainedBottleneck {
  Bottleneck bottleneck;
  TrainingLog log;
};

// `validation` may be null: then some of the training images are held out, a tenth but not more
// than 5,000. No image is in both. The result is a function of model, images and settings (the
// paths and the time between checkpoints apart): the same bits with the same number of threads,
// whether it was stopped in between or not.
//
// Throws Error{kBadInput} when the method cannot be used at the split, the images do not fit the
// network, or the checkpoint is of another training; Error{kRuntime} when the loss diverges or a
// stop was requested. The checkpoint stays in these two cases and is removed at the end.
TrainedBottleneck train_bottleneck(ModelSession& session, const Dataset& dataset,
                                   const Dataset* validation, const TrainingSettings& settings,
                                   EventSink& events);

}  // namespace splitbench
