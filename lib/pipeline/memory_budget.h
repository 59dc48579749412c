// How much memory a store of tensors may take so that the whole process keeps to a bound.
//
// Beside what is stored, a process needs memory to work: the network, the activations of every
// thread, the libraries. What that takes is not computed but seen, in the peak after some of the
// work.
#pragma once

#include <algorithm>
#include <cstddef>

#include "measure/memory.h"

namespace splitbench {

class MemoryBudget {
 public:
  // Make it before the work that fills the store.
  explicit MemoryBudget(std::size_t bound_bytes)
      : bound_(bound_bytes), before_(peak_resident_bytes()) {}

  // What the store may hold in all, now that it holds `stored` bytes: the bound without what was
  // there before and without what the work needs. Peaks differ with the moments at which threads
  // meet, so the work gets twice what has been seen.
  std::size_t limit(std::size_t stored) const {
    const std::size_t peak = peak_resident_bytes();
    const std::size_t working = peak - std::min(peak, before_ + stored);
    return bound_ - std::min(bound_, before_ + 2 * working);
  }

 private:
  std::size_t bound_;
  std::size_t before_;
};

}  // namespace splitbench
