#include "base/heap.h"

#include <cstdlib>  // says which C library this is

#ifdef __GLIBC__
#include <malloc.h>

#include <limits>
#endif

namespace splitbench {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kMost = std::numeric_limits<int>::max();
  mallopt(M_MMAP_THRESHOLD, kMost);
  mallopt(M_TRIM_THRESHOLD, kMost);
#endif
}

}  // namespace splitbench
