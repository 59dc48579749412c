// Learning a disc model from unlabelled samples (codec/disc/README.md says what is chosen and why).
#pragma once

#include "codec/disc/model.h"
#include "core/calibration.h"

namespace splitbench::disc {

// The settings of a disc spec.
struct Settings {
  bool mixed = true;  // channels, where it pays
  bool transformed = true;
  double step = 1;
  double deadzone = 0.5;  // of a step: smaller magnitudes become 0
  double gate = 0;        // of the noise of quantisation: channels of less energy are not coded
};

// Goes over the samples five times, and asks for gradients once. Requires float32 maps or vectors
// of one input. Throws Error{kBadInput} when a sample holds NaN or infinity. Thread-safe.
Parameters calibrate(const Settings& settings, const CalibrationSamples& samples);

}  // namespace splitbench::disc
