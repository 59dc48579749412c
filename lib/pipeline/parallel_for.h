// A loop over independent items on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace splitbench {

// Calls body(i) once for every i in [0, count), on at most `threads` threads (the caller's among
// them). Items are handed out one by one. The first exception stops the handing out and is rethrown
// when all threads have returned.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body);

}  // namespace splitbench
