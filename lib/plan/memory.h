// What the head of a split needs of the device's memory, modelled from the profile's layers.
//
//   bytes = parameters of the layers up to the split + the most that one layer reads and writes:
//           the largest sum of two outputs that follow each other, the input the first
//
// A floor: runtime, codec and side branches that wait are not in it; of a learned codec only the
// parameters of its encoder are, which holds the head itself where that was trained (aecnn). Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "core/cell.h"
#include "core/profile.h"

namespace splitbench {

// By split id. A split is not in it when the profile has no layers, or none that ends there.
std::unordered_map<std::string, double> head_memory_bytes(const Profile& profile);

// Of a split without a codec, and of a cell; `heads` as above. Nothing when the head's is not
// known.
std::optional<double> device_memory_bytes(const std::unordered_map<std::string, double>& heads,
                                          const std::string& split);
std::optional<double> device_memory_bytes(const std::unordered_map<std::string, double>& heads,
                                          const Cell& cell);

}  // namespace splitbench
