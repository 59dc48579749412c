#include "pipeline/race_tally.h"

#include <algorithm>

#include "base/units.h"
#include "pipeline/sweep_pace.h"

namespace splitbench {
namespace {

bool goes_on(const Racer& racer) { return racer.running && !racer.out; }

// `typical_s` is what an image takes where a cell does not tell.
double work_left_s(const std::vector<Racer>& racers, std::size_t images, double typical_s) {
  double seconds = 0;
  for (const Racer& racer : racers) {
    if (!goes_on(racer)) continue;
    const double image_s =
        racer.measured == 0 ? typical_s : racer.seconds / static_cast<double>(racer.measured);
    seconds += image_s * static_cast<double>(images - racer.images);
  }
  return seconds;
}

}  // namespace

Progress race_progress(const std::vector<Racer>& racers, std::size_t images, int threads) {
  Progress progress{"sweep", 0, 0, "images", ""};
  std::size_t running = 0, stopped = 0, measured = 0;
  double seconds = 0;
  for (const Racer& racer : racers) {
    progress.done += racer.images;
    progress.total += goes_on(racer) ? images : racer.images;
    running += goes_on(racer) ? 1 : 0;
    stopped += racer.running || racer.out ? 0 : 1;
    measured += racer.measured;
    seconds += racer.seconds;
  }
  progress.detail =
      std::to_string(running) + " cells running, " + std::to_string(stopped) + " stopped";
  if (measured == 0 || seconds <= 0) return progress;
  const double image_s = seconds / static_cast<double>(measured);
  progress.pace = rate_text(threads / image_s) + " images/s";
  progress.left_s = work_left_s(racers, images, image_s) / threads;
  return progress;
}

std::string race_savings(const std::vector<Racer>& racers, std::size_t images) {
  std::size_t entered = 0, in_full = 0, seen = 0;
  for (const Racer& racer : racers) {
    if (!racer.entered) continue;
    ++entered;
    in_full += racer.running ? 1 : 0;
    seen += racer.images;
  }
  const std::size_t all = entered * images;
  const double saving =
      static_cast<double>(all) / static_cast<double>(std::max<std::size_t>(seen, 1));
  return "race: " + std::to_string(in_full) + " of " + std::to_string(entered) + " cells saw all " +
         std::to_string(images) + " images; " + std::to_string(seen) +
         " images through codec and tail in place of " + std::to_string(all) + " (" +
         format_plain(saving) + " times fewer)";
}

}  // namespace splitbench
