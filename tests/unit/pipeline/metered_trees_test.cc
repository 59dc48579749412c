// Known curves of power, played into the trees of machines while their own meters read them: joules
// must lie within the interval that is stated.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

#include "device/registry.h"
#include "measure/segment_energy.h"
#include "support/power_scene.h"
#include "support/sysfs_tree.h"

namespace splitbench {
namespace {

constexpr double kVolts = 5.04;

std::string rounded(double value, double step) {
  return std::to_string(static_cast<long long>(std::llround(value / step)));
}

// How a machine shows what it draws. `joules` counts from when the scene begins.
struct Machine {
  const char* tree;
  const char* meter;
  const char* rail;
  double period_s;
  void (*show)(const SysfsTree& tree, double watts, double joules);
};

void show_iio(const SysfsTree& tree, double watts, double) {
  // The chip's steps: 8 mA over 5 mOhm, so some 40 mW.
  const double step_w = 0.008 * kVolts;
  tree.set("bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power0_input",
           rounded(std::round(watts / step_w) * step_w, 1e-3));
}

void show_hwmon(const SysfsTree& tree, double watts, double) {
  tree.set("class/hwmon/hwmon1/in1_input", rounded(kVolts, 1e-3));
  tree.set("class/hwmon/hwmon1/curr1_input",
           rounded(std::round(watts / kVolts / 0.008) * 0.008, 1e-3));
}

void show_hat(const SysfsTree& tree, double watts, double) {
  tree.set("class/hwmon/hwmon2/power1_input", rounded(std::round(watts / 6.25e-3) * 6.25e-3, 1e-6));
}

// 50 mJ before its end when the scene begins.
void show_rapl(const SysfsTree& tree, double, double joules) {
  constexpr double kRangeUj = 262143328850, kUnitUj = 61;
  const double counted = std::floor((kRangeUj - 50e3 + joules * 1e6) / kUnitUj) * kUnitUj;
  tree.set("class/powercap/intel-rapl:0/energy_uj",
           rounded(counted < kRangeUj ? counted : counted - kRangeUj, 1));
}

const Machine kMachines[] = {
    {"jetson-nano-iio", "ina3221", "POM_5V_IN (6-0040)", 0.01, show_iio},
    {"jetson-nano-hwmon", "ina3221", "POM_5V_IN (hwmon1)", 0.01, show_hwmon},
    {"ina226-hat", "ina2xx", "ina226 (hwmon2)", 0.036, show_hat},
    {"rapl-laptop", "rapl", "package-0 (powercap)", 0.01, show_rapl}};

struct Waveform {
  const char* name;
  PowerCurve curve;
};

std::vector<Waveform> waveforms() {
  return {{"constant", [](double, bool busy) { return busy ? 4.9 : 2.1; }},
          // With a ripple: two levels that never flicker are taken for a sensor that is slow.
          {"steps",
           [](double t, bool busy) {
             return (busy ? 4 + 2 * (std::fmod(t, 0.31) < 0.17) : 2.1) + 0.04 * std::sin(170 * t);
           }},
          {"ramps", [](double t, bool busy) { return (busy ? 4 : 2) + 0.6 * std::fmod(t, 0.7); }},
          {"noise", [](double t, bool busy) {
             // A sum of tones without a common period: noise that has a true integral.
             const double noise = std::sin(97.1 * t) + std::sin(61.7 * t + 1) + std::sin(23.3 * t);
             return (busy ? 4.9 : 2.1) + 0.25 * noise;
           }}};
}

// What the machine's meter logs of the scene.
MeterLog play(const Machine& machine, const PowerScene& scene, Meter& meter,
              const SysfsTree& tree) {
  MeterLog log = {meter.info.quantity, meter.info.quantum, machine.period_s, {}, ""};
  constexpr int kSlices = 50;
  double joules = 0;
  for (double t = scene.start_s() - 0.2; t < scene.end_s() + 0.2; t += machine.period_s) {
    machine.show(tree, scene.watts(t), joules);
    log.readings.push_back({t, meter.sensor->read()});
    for (int i = 0; i < kSlices; ++i) {
      const double slice_s = machine.period_s / kSlices;
      joules += scene.watts(t + (i + 0.5) * slice_s) * slice_s;
    }
  }
  return log;
}

class MeteredTree : public testing::TestWithParam<Machine> {};

TEST_P(MeteredTree, JoulesLieInTheirInterval) {
  const Machine& machine = GetParam();
  for (const Waveform& wave : waveforms()) {
    SCOPED_TRACE(wave.name);
    const SysfsTree tree(machine.tree);
    machine.show(tree, 2.1, 0);
    MeterContext context;
    context.root = tree.root();
    Meter meter = open_meter(machine.meter, context);
    EXPECT_EQ(meter.info.rail, machine.rail);
    const PowerScene scene = make_scene({0.013}, wave.curve, {}, machine.period_s);
    const MeterLog log = play(machine, scene, meter, tree);
    const LoadWindow& load = scene.run.load[0];
    const EnergyReading energy = segment_energy(log, load, scene.run.idle[0], scene.run.idle[1]);
    ASSERT_TRUE(energy.joules.has_value()) << energy.reason;
    const double window_s = load.stretch.end_s - load.stretch.start_s;
    const double truth_j = scene.true_joules(load.stretch) / window_s * 0.013;
    EXPECT_LE(energy.ci95->low, truth_j);
    EXPECT_GE(energy.ci95->high, truth_j);
    EXPECT_NEAR(*energy.joules, truth_j, 0.05 * truth_j);  // right unit: nowhere near 1000 times
    EXPECT_LT(energy.ci95->high - energy.ci95->low, 0.4 * truth_j);
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, MeteredTree, testing::ValuesIn(kMachines),
                         [](const testing::TestParamInfo<Machine>& row) {
                           std::string name = row.param.tree;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace splitbench
