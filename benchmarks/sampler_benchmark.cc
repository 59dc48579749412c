// What reading a meter costs: work with a sampler at its own rate, and the same work without one,
// in turns, on the trees of machines that the tests replay.
//
// `with_over_without` is the quotient of the two median times, `of_a_cpu` the share of one CPU that
// reading takes. Files of a tree come from memory; a real INA3221 answers over I2C, which the
// reading thread waits for without computing.

#include <vector>

#include "device/registry.h"
#include "measure/power_sampler.h"
#include "run_benchmarks.h"
#include "turns.h"

namespace splitbench {
namespace {

struct Machine {
  const char* tree;
  const char* meter;
};
constexpr Machine kMachines[] = {{"jetson-nano-iio", "ina3221"},
                                 {"jetson-nano-hwmon", "ina3221"},
                                 {"ina226-hat", "ina2xx"},
                                 {"rapl-laptop", "rapl"},
                                 {"rapl-psys", "rapl:domain=package-dram"}};

// Some 25 ms of arithmetic: two or three readings at a hundred a second.
void compute() {
  constexpr int kRounds = 60000;
  std::vector<float> values(4096, 1.0F);
  for (int round = 0; round < kRounds; ++round) {
    for (float& value : values) value = value * 0.999F + 0.001F;
    benchmark::DoNotOptimize(values.data());
  }
}

void sample(benchmark::State& state, const Machine& machine) {
  MeterContext context;
  context.root = std::string(SPLITBENCH_SOURCE_DIR "/tests/data/sysfs/") + machine.tree;
  const Meter meter = open_meter(machine.meter, context);
  PowerSampler sampler(*meter.sensor, meter.info);
  const Tensor nothing = Tensor::allocate({DType::kU8, {1}});
  run_in_turns(
      state, nothing, "with_over_without",
      [&] {
        sampler.resume();
        compute();
        sampler.pause();
      },
      compute);
  state.counters["of_a_cpu"] = sampler.cpu_share();
}

void register_all() {
  for (const Machine& machine : kMachines) {
    add(std::string("sampler/") + machine.tree + "/" + machine.meter,
        [machine](benchmark::State& state) { sample(state, machine); });
  }
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  return splitbench::run_benchmarks(argc, argv, splitbench::register_all);
}
