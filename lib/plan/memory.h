// What the head of a split needs of the device's memory, modelled from the profile's layers.
//
//   bytes = parameters of the layers up to the split + the most that one layer reads and writes:
//           the largest sum of two outputs that follow each other, the input the first
//
// A floor: runtime, codec and side branches that wait are not in it. Pure; thread-safe.
#pragma once

#include <string>
#include <unordered_map>

#include "core/profile.h"

namespace splitbench {

// By split id. A split is not in it when the profile has no layers, or none that ends there.
std::unordered_map<std::string, double> head_memory_bytes(const Profile& profile);

}  // namespace splitbench
