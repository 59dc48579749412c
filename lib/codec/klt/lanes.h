// A few floats worked on at once: the compiler's portable vectors, which become whatever the
// processor has. Element by element, so results do not depend on it.
#pragma once

#include <cstddef>
#include <cstring>

namespace splitbench::klt {

// One register of SSE2 or NEON.
using Lanes = float __attribute__((vector_size(16)));
constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(float);

inline Lanes load_lanes(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void store_lanes(Lanes lanes, float* to) { std::memcpy(to, &lanes, sizeof lanes); }

// Rows of channels are padded to whole groups, two registers each.
constexpr std::size_t kLaneGroup = 2 * kLanes;

constexpr std::size_t padded_lanes(std::size_t count) {
  return (count + kLaneGroup - 1) / kLaneGroup * kLaneGroup;
}

}  // namespace splitbench::klt
