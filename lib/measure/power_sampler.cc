#include "measure/power_sampler.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "base/error.h"

namespace splitbench {
namespace {

constexpr double kShortestPeriodS = 0.01;

}  // namespace

double sampling_period_s(double update_period_s) {
  return std::max(update_period_s, kShortestPeriodS);
}

PowerSampler::PowerSampler(Sensor& sensor, const MeterInfo& info)
    : sensor_(sensor), info_(info), period_s_(sampling_period_s(info.update_period_s)) {
  thread_ = std::thread([this] { work(); });
}

PowerSampler::~PowerSampler() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PowerSampler::resume() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_ = true;
  }
  changed_.notify_all();
}

void PowerSampler::pause() {
  const std::lock_guard<std::mutex> lock(mutex_);
  running_ = false;
}

double PowerSampler::cpu_share() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return active_s_ > 0 ? cpu_s_ / active_s_ : 0;
}

MeterLog PowerSampler::log() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {info_.quantity, info_.quantum, info_.update_period_s, readings_, failure_};
}

void PowerSampler::read_once() {
  const double cpu_s = thread_cpu_s();
  // The sensor answers between the two moments.
  const double asked_s = monotonic_s();
  double value = 0;
  std::string failure;
  try {
    value = sensor_.read();
  } catch (const Error& error) {
    failure = error.what();
  }
  const double time_s = (asked_s + monotonic_s()) / 2;
  const std::lock_guard<std::mutex> lock(mutex_);
  cpu_s_ += thread_cpu_s() - cpu_s;
  if (!failure.empty()) {
    if (failure_.empty()) failure_ = failure;
  } else if (readings_.empty() || time_s > readings_.back().time_s) {
    readings_.push_back({time_s, value});
  }
}

void PowerSampler::work() {
  const auto period = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(period_s_));
  auto next = std::chrono::steady_clock::now();
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!running_) {
        changed_.wait(lock, [this] { return running_ || ending_; });
        next = std::chrono::steady_clock::now();
      }
      if (ending_) return;
    }
    const double start_s = monotonic_s();
    read_once();
    // Moments that were missed are left out, not made up for.
    next = std::max(next + period, std::chrono::steady_clock::now());
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_until(lock, next, [this] { return ending_; });
    active_s_ += monotonic_s() - start_s;
  }
}

}  // namespace splitbench
