// Learning a disc model from unlabelled samples (codec/disc/README.md says what is learnt and why).
#pragma once

#include "codec/disc/model.h"
#include "core/calibration.h"

namespace splitbench::disc {

// The settings of a disc spec.
struct Settings {
  bool transformed = true;
  double step = 1;
  double deadzone = 0.5;  // of a step: smaller magnitudes become 0
  double gate = 0;        // of the mean energy of a channel: channels below it are not coded
};

// Goes over the samples three times. Throws Error{kBadInput} when a sample holds NaN or infinity.
Parameters calibrate_parameters(const Settings& settings, const CalibrationSamples& samples);

}  // namespace splitbench::disc
