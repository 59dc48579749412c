// The profile of a device that is not at hand, from one that was measured and figures about both:
// always modelled.
#pragma once

#include "core/device.h"
#include "core/profile.h"

namespace splitbench {

// Times are multiplied with factors, one for each class of operations:
//
//   dense      convolutions, matrix products   MACs / dense_macs_per_s / seconds as measured
//   depthwise  convolutions of k x k values    MACs / depthwise_macs_per_s / seconds as measured
//              (k odd) for each output, which see one input channel
//   other      without MACs                    bytes out / copy_bytes_per_s / seconds as measured
//
// with sums over all layers of the class, so that a class takes as long as the device's figure says
// and its layers keep their proportions. A head, a tail and the whole are multiplied with what
// comes of the layers in them, each weighted with its time; the networks of a learned codec with
// the factor of dense operations, a fine-tuned tail with that of the tail it stands for. Where
// figures for a class that the network has are missing, all times are multiplied with
// from->hpl_flops / to.hpl_flops instead; `from` is the device of the measurement and may be null.
//
// Energy is that of `to`'s idle and busy power over the scaled times, and unset with the reason
// where those are unknown. Intervals and samples are scaled; they tell of the measurement and not
// of how far the model is off. Peak memory stays as measured; thermals and sustained runs are
// dropped.
//
// Throws Error{kMissingMeasurement} naming the figures that are missing, and Error{kBadInput} for a
// profile that was scaled before, has no layers, or has a split that is the end of none of them.
// Pure; thread-safe.
Profile scaled_profile(const Profile& measured, const DeviceProfile& to, const DeviceProfile* from);

}  // namespace splitbench
