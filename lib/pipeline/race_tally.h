// How far a race is, and what it saves.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/event_sink.h"

namespace splitbench {

// A cell of a race.
struct Racer {
  bool running = true;
  bool out = false;        // refused or failed; neither out nor running: stopped
  bool entered = false;    // came through the first batch
  std::size_t images = 0;  // seen so far
  // In this process: a resumed race does not repeat the others.
  std::size_t measured = 0;  // images
  double seconds = 0;        // of work, on one thread
};

// Images count once for each cell. The time left is what it would be if no further cell stopped.
Progress race_progress(const std::vector<Racer>& racers, std::size_t images, int threads);

// One line on those that entered a race that is over, over `images` images each at most.
std::string race_savings(const std::vector<Racer>& racers, std::size_t images);

}  // namespace splitbench
