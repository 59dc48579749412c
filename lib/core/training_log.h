// The learning curve of a training: what a training document holds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/bottleneck.h"

namespace splitbench {

// Latents as bytes, their stream's header apart, against what they should cost; means over images.
struct StreamCheck {
  std::size_t images = 0;
  double bytes = 0;
  double estimated_bytes = 0;
  // The estimate is the learnt densities' own, without tables; else the shortest code of the levels
  // that the coder's tables allow, or all bits where it has none, with their scale and zero point.
  bool by_densities = false;
};

struct TrainingLog {
  std::string model_name;
  std::string model_sha256;
  std::string spec;  // of the method, canonical
  std::string encoder_split, decoder_split;
  TensorSpec input, latent, output;
  std::uint64_t encoder_parameters = 0, encoder_macs = 0;
  std::uint64_t decoder_parameters = 0, decoder_macs = 0;
  TrainingRecord record;
  std::size_t validation_images = 0;
  std::string validation;   // canonical spec, with what of it: "held out"
  bool labelled = true;     // validation_top1 is by labels, else agreement with the network
  double network_top1 = 0;  // the network itself on the validation images; 1 without labels
  double best_top1 = 0;     // of the weights that are kept so far, at the end of the result
  // Of the steps, validation apart. Several trained side by side share the seconds of a step
  // evenly.
  double images_per_second = 0;
  bool finished = false;
  std::optional<StreamCheck> streams;  // when it is finished
};

}  // namespace splitbench
