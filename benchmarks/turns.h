// Timing in turns: what is measured and what it is held against run one after the other, so that
// whatever else the machine does meets both.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace splitbench {

using Clock = std::chrono::steady_clock;

template <typename Work>
double seconds(Work work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Times `work` with `reference` before every time; `ratio` names the counter of their quotient (of
// medians: other processes may come between).
template <typename Work, typename Reference>
void run_in_turns(benchmark::State& state, const Tensor& tensor, const char* ratio, Work work,
                  Reference reference) {
  std::vector<double> worked;
  std::vector<double> referred;
  for (auto _ : state) {
    referred.push_back(seconds(reference));
    worked.push_back(seconds(work));
    state.SetIterationTime(worked.back());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(tensor.bytes()));
  state.counters[ratio] = median(worked) / median(referred);
}

template <typename Function>
void add(const std::string& name, Function function) {
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace splitbench
