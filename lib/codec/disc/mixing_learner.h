// Which mixing of channels makes streams short: the Karhunen-Loeve transform of the channels in a
// metric in which an error counts as much as it changes the network's answer.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>

#include "codec/disc/channel_mixing.h"
#include "codec/disc/importance.h"
#include "codec/disc/lane_moments.h"

namespace splitbench::disc {

struct LearntMixing {
  ChannelMixing mixing;
  Importance importance;  // of its components
};

// `gradients`: null where there are none. `samples`: whose moments these are. `apart`: of the
// channels, unmixed. `step`: of the quantiser, for a coefficient of importance 1.
// Nothing where numbers leave all range.
std::optional<LearntMixing> learn_mixing(const LaneMoments& values, const LaneMoments* gradients,
                                         std::size_t samples, const Importance& apart, double step);

}  // namespace splitbench::disc
