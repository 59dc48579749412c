// Calibration of klt: from samples of a tensor, and the gradients of the network's answer where
// there are any, to the parameters of the codec.
//
//   1. For every group of channels (channel_groups.h) their means, the covariance S of every band
//   of
//      frequencies, and the Fisher matrix W of every band (mean of g g^T), each drawn towards that
//      of all frequencies together and W also towards its diagonal, for samples are few.
//   2. The bases: y = U^T W^(1/2) x with the eigenvectors U of W^(1/2) S W^(1/2), and back by
//      W^(-1/2) U.
//   3. Of every coefficient the standard deviation and the Fisher information beyond W.
//   4. The statistics of levels, from coding some samples at several steps.
//
// The samples are gone over three times, their gradients twice.
#pragma once

#include "codec/klt/block_grid.h"
#include "codec/klt/parameters.h"
#include "core/calibration.h"

namespace splitbench::klt {

// `weighted`: by Fisher information, if the samples have gradients. Throws Error{kBadInput} when a
// sample is not finite.
Parameters calibrate(const CalibrationSamples& samples, const BlockGrid& grid, bool weighted);

}  // namespace splitbench::klt
