// A thread that reads a sensor at regular moments while something else runs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/meter.h"
#include "measure/meter_log.h"

namespace splitbench {

// How often a sensor with that update period is read: no more often than it has new values, and at
// most a hundred times a second, to cost nothing that counts.
double sampling_period_s(double update_period_s);

// Starts paused. A reading that fails is kept as the log's failure, the first one, and sampling
// goes on. All calls from one thread; `sensor` must outlive it and be left alone meanwhile.
class PowerSampler {
 public:
  PowerSampler(Sensor& sensor, const MeterInfo& info);
  ~PowerSampler();
  PowerSampler(const PowerSampler&) = delete;
  PowerSampler& operator=(const PowerSampler&) = delete;

  void resume();
  void pause();
  double period_s() const { return period_s_; }
  // The share of one CPU that reading took while it was not paused.
  double cpu_share();
  // Everything read so far.
  MeterLog log();

 private:
  void work();
  void read_once();

  Sensor& sensor_;
  MeterInfo info_;
  double period_s_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  bool running_ = false, ending_ = false;
  std::vector<MeterReading> readings_;
  std::string failure_;
  double cpu_s_ = 0, active_s_ = 0;
  std::thread thread_;
};

}  // namespace splitbench
