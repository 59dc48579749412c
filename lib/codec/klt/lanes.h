// A few floats worked on at once: the compiler's portable vectors, which become whatever the
// processor has. Element by element, so results do not depend on it.
#pragma once

#include <cstddef>
#include <cstring>

namespace splitbench::klt {

// One register of AVX2, two of SSE2 or NEON.
using Lanes = float __attribute__((vector_size(32)));
constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(float);

// By reference, for how vectors are passed by value depends on the processor.
inline void load_lanes(const float* from, Lanes& lanes) { std::memcpy(&lanes, from, sizeof lanes); }
inline void store_lanes(const Lanes& lanes, float* to) { std::memcpy(to, &lanes, sizeof lanes); }

// Rows of channels are padded to whole vectors.
constexpr std::size_t padded_lanes(std::size_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

}  // namespace splitbench::klt
