#include "measure/load_windows.h"

#include <algorithm>

#include "base/rng.h"
#include "measure/power_sampler.h"

namespace splitbench {
namespace {

// A reading lies between two states for up to an update of the sensor: neither window counts it.
Stretch rest(double seconds, double margin_s, const LoadSettings& settings, Clock& clock) {
  clock.sleep_s(settings.settle_s);
  Stretch idle;
  idle.start_s = clock.now_s();
  clock.sleep_s(seconds);
  idle.end_s = clock.now_s();
  clock.sleep_s(margin_s);
  return idle;
}

void run_for(const TimedItem& item, double seconds, Clock& clock) {
  const double start_s = clock.now_s();
  do {
    item.time_once();
  } while (clock.now_s() - start_s < seconds);
}

LoadWindow repeat(const TimedItem& item, double seconds, Clock& clock) {
  LoadWindow load;
  load.stretch.start_s = clock.now_s();
  do {
    load.run_s.push_back(item.time_once());
    load.run_ends_s.push_back(clock.now_s());
    load.stretch.end_s = load.run_ends_s.back();
  } while (load.stretch.end_s - load.stretch.start_s < seconds);
  return load;
}

}  // namespace

double window_length_s(const LoadSettings& settings, double update_period_s) {
  const double wanted = std::max(settings.window_s, settings.updates * update_period_s);
  return std::min(wanted, std::max(settings.window_s, settings.max_window_s));
}

double idle_length_s(const LoadSettings& settings, double update_period_s) {
  const double wanted = std::max(settings.idle_s, settings.updates / 5 * update_period_s);
  return std::min(wanted, std::max(settings.idle_s, settings.max_window_s));
}

LoadRun run_load_windows(const std::vector<TimedItem>& items, const LoadSettings& settings,
                         double update_period_s, Clock& clock, const RoundProgress& progress) {
  const double window_s = window_length_s(settings, update_period_s);
  const double idle_s = idle_length_s(settings, update_period_s);
  Rng rng(settings.seed);
  const double margin_s = 2 * sampling_period_s(update_period_s);
  const auto idle = [&] {
    return rest(idle_s * (1 + settings.idle_spread * rng.uniform()), margin_s, settings, clock);
  };
  LoadRun run;
  run.idle.push_back(idle());
  for (const TimedItem& item : items) {
    const double start_s = clock.now_s();
    run_for(item, settings.settle_s, clock);
    run.load.push_back(repeat(item, window_s, clock));
    run_for(item, margin_s, clock);
    run.busy.push_back({start_s, clock.now_s()});
    run.idle.push_back(idle());
    if (progress) progress(run.load.size(), items.size());
  }
  return run;
}

}  // namespace splitbench
