// Linear mixing of channels before the quantiser and back: components = analysis (values - means),
// values = means + synthesis components.
//
// Mixing channels and transforming them in space commute; a tensor's blocks are mixed after their
// transform, the same place of all channels at once. The order of floating-point operations is
// fixed. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

namespace splitbench::disc {

// With more channels mixing would take longer than all else.
constexpr std::size_t kMostMixedChannels = 32;

// As many components as channels; both empty where channels stay apart.
struct ChannelMixing {
  std::vector<float> analysis;   // [component][channel]
  std::vector<float> synthesis;  // [channel][component], magnitudes of at most kMaxSynthesis

  bool empty() const { return synthesis.empty(); }
};
constexpr float kMaxAnalysis = 1e18F;
constexpr float kMaxSynthesis = 1.001F;  // 1, and what rounding may add
constexpr int kMixingTop = 32767;        // matrices are shipped with 16 bits an entry

}  // namespace splitbench::disc
