// The main() of programs that register their benchmarks themselves.
#pragma once

#include <benchmark/benchmark.h>

namespace splitbench {

// `register_all` comes after the command line is read: it may take long.
inline int run_benchmarks(int argc, char** argv, void (*register_all)()) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace splitbench
