// Rate control: finds the setting of a codec that meets a target (core/rate.h), by bisection.
//
// After few trials over the calibration images, not over those that are evaluated: what the chosen
// setting costs there is then measured like that of any other.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/rate.h"
#include "pipeline/capture_images.h"

namespace splitbench {

// What one setting does to the calibration images.
struct RateTrial {
  double payload_bytes = 0;  // mean
  double loss = 0;           // estimated_loss()
};

struct RateChoice {
  std::string value;  // of the rate option
  RateTrial trial;
  std::size_t trials = 0;
};

// The accuracy lost, estimated without labels from the answers that changed (one answer for each
// image, kNoAnswer allowed). Each costs between what the network's own probabilities p say,
// p(old) - p(new), and 1, which it costs where the old answer was right. The truth depends on how
// sure of itself the network is compared with how often it is right; the estimate is halfway.
double estimated_loss(const EvaluationSet& inputs, const std::vector<int>& answers);

// Of `values`, coarsest first, the coarsest whose loss meets the target, or the finest whose
// payload does. Takes loss and payload to be monotone; about log2(values) trials. Empty when not
// even the finest (coarsest) value meets it.
std::optional<RateChoice> choose_rate(const std::vector<std::string>& values,
                                      const RateTarget& target,
                                      const std::function<RateTrial(const std::string&)>& trial);

}  // namespace splitbench
