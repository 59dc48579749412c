// How much memory a sweep may fill with tensors so that the whole process keeps to a bound.
//
// Beside what it stores, a process needs memory to work: the network, the activations of every
// thread, the libraries. What that takes is not computed but seen: the peak after some of the work.
#pragma once

#include <algorithm>
#include <cstddef>

#include "measure/memory.h"

namespace splitbench {

// What may be stored beyond what is, so that the process stays below `bound_bytes` if its work
// needs no more from now on than it has needed so far.
inline std::size_t memory_left(std::size_t bound_bytes) {
  return bound_bytes - std::min(bound_bytes, peak_resident_bytes());
}

}  // namespace splitbench
