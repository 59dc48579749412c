// The order in which levels are coded, and the context of each: what magnitude to expect.
//
// A level's prior (level_model.h) is scaled by how the levels before it in its block compared to
// their own priors, in running means over the last few groups of levels:
//
//   expected = prior * (mean |level| + a) / (mean prior + a)
//
// in integers, the quotient as a difference of logarithms, brought up to date after every group.
// Encoder and decoder both walk through the levels with for_each_level.
//
// Measured on MobileNetV2 at one point of loss, this saves 3 to 4 % of the bytes; the magnitudes at
// the neighbouring frequencies, blocks and components add nothing to it: the transforms leave
// little but a common scale.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/klt/level_model.h"
#include "codec/klt/level_tables.h"
#include "codec/klt/log_scale.h"

namespace splitbench::klt {

// How large the levels so far were, and were expected to be; both in 1 / kMagnitudeOne.
class Activity {
 public:
  // The sums over a group.
  void observe(std::uint32_t magnitudes, std::uint32_t expected) {
    seen_ += (magnitudes << (kMagnitudeBits - kMemoryShift)) - (seen_ >> kMemoryShift);
    expected_ += (expected >> kMemoryShift) - (expected_ >> kMemoryShift);
  }
  // The logarithm of the factor to scale priors by, in eighths of an octave.
  int log_scale() const { return log2_eighths(seen_ + kTrust) - log2_eighths(expected_ + kTrust); }

 private:
  static constexpr unsigned kMemoryShift = 2;
  static constexpr std::uint32_t kTrust = kMagnitudeOne;

  std::uint32_t seen_ = 0;
  std::uint32_t expected_ = 0;
};

inline int context_of(int expected_log) {
  constexpr int kStep = kEighths / kContextsPerOctave;
  return std::clamp((expected_log + kStep * kContextOffset) / kStep, 0, kContexts - 1);
}

// Calls code(place, context) for every level of a block, which returns its magnitude.
template <typename Code>
void for_each_level(const LevelModel& model, Code&& code) {
  const LevelPrior* prior = model.priors().data();
  Activity activity;
  for (const LevelGroup& group : model.groups()) {
    const int scale = activity.log_scale();
    std::uint32_t magnitudes = 0;
    for (const LevelPrior* end = prior + group.size; prior != end; ++prior) {
      const std::uint32_t magnitude = code(prior->place, context_of(prior->expected_log + scale));
      magnitudes += std::min(magnitude, kTopMagnitude);
    }
    activity.observe(magnitudes, group.expected);
  }
}

}  // namespace splitbench::klt
