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

// What has to leave memory so that a process that keeps more and more keeps to its bound: peaks of
// the work to come are taken to stand as high above what is kept as those before.
class MemoryGrowth {
 public:
  // Make it when the work has been seen and what is kept begins to grow.
  explicit MemoryGrowth(std::size_t bound_bytes)
      : bound_(bound_bytes), before_(resident_bytes()), peak_(peak_resident_bytes()) {}

  // Bytes beyond the bound, were the peak repeated now.
  std::size_t excess() const {
    const std::size_t now = resident_bytes();
    const std::size_t peak = peak_ + now - std::min(now, before_);
    return peak - std::min(peak, bound_);
  }

 private:
  std::size_t bound_;
  std::size_t before_;
  std::size_t peak_;
};

}  // namespace splitbench
