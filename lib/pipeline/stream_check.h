// Whether a trained bottleneck's streams are as long as its own estimate says.
#pragma once

#include "core/bottleneck.h"
#include "core/training.h"
#include "core/training_log.h"
#include "pipeline/training_images.h"

namespace splitbench {

// Encodes latents of at most 2,000 of the images. `bottleneck` is the trainer's, with its tables.
StreamCheck check_streams(const Bottleneck& bottleneck, Trainer& trainer,
                          const TrainingImages& images);

}  // namespace splitbench
