#include "measure/log_alignment.h"

#include <gtest/gtest.h>

#include "support/power_scene.h"

namespace splitbench {
namespace {

double curve(double, bool busy) { return busy ? 5 : 2; }

PowerScene scene_for_a_log() {
  LoadSettings settings;
  settings.idle_spread = 1;
  settings.seed = 3;
  return make_scene({0.01, 0.02, 0.005, 0.03}, curve, settings);
}

// What a meter with a clock of its own logs: theirs = ours - offset.
std::vector<MeterReading> external(const PowerScene& scene, double period_s, double noise_w,
                                   double offset_s) {
  std::vector<MeterReading> readings = scene.power_log(period_s, 0.01, noise_w).readings;
  for (MeterReading& reading : readings) reading.time_s -= offset_s;
  return readings;
}

TEST(LogAlignment, FindsTheOffsetOfTheClocks) {
  const PowerScene scene = scene_for_a_log();
  for (const double offset_s : {-1700000000.0, -3.5, 0.0, 77.123}) {
    const Alignment found = align_log(external(scene, 0.02, 0.2, offset_s), 0.01, 0, scene.run);
    ASSERT_TRUE(found.log.has_value()) << found.reason;
    EXPECT_NEAR(found.offset_s, offset_s, 0.02);
    EXPECT_GT(found.correlation, 0.95);
    EXPECT_NEAR(found.log->update_period_s, 0.02, 1e-6);
    const EnergyReading energy =
        segment_energy(*found.log, scene.run.load[1], scene.run.idle[1], scene.run.idle[2]);
    EXPECT_NEAR(energy.joules.value(), 5 * 0.02, 0.002);
  }
}

TEST(LogAlignment, SaysWhyItFindsNone) {
  const PowerScene scene = scene_for_a_log();
  const auto reason = [&](const std::vector<MeterReading>& readings) {
    const Alignment found = align_log(readings, 0, 0, scene.run);
    EXPECT_FALSE(found.log.has_value());
    return found.reason;
  };
  EXPECT_EQ(reason({}), "the external log has 0 readings");
  std::vector<MeterReading> readings = external(scene, 0.02, 0.1, 5);
  std::vector<MeterReading> half(
      readings.begin(), readings.begin() + static_cast<std::ptrdiff_t>(readings.size() / 2));
  EXPECT_NE(reason(half).find("log before, during and after it"), std::string::npos);
  for (MeterReading& reading : readings) reading.value = 3;
  EXPECT_NE(reason(readings).find("nothing like the load"), std::string::npos);
  Rng rng(5);
  for (MeterReading& reading : readings) reading.value = rng.uniform();
  EXPECT_NE(reason(readings).find("nothing like the load"), std::string::npos);
}

TEST(LogAlignment, ALogOfTwoEqualRunsIsRefused) {
  const PowerScene scene = scene_for_a_log();
  std::vector<MeterReading> readings = external(scene, 0.02, 0.05, 0);
  const double length_s = readings.back().time_s - readings.front().time_s + 1;
  for (const MeterReading& reading : external(scene, 0.02, 0.05, 0)) {
    readings.push_back({reading.time_s + length_s, reading.value});
  }
  const Alignment found = align_log(readings, 0, 0, scene.run);
  EXPECT_NE(found.reason.find("in two places"), std::string::npos) << found.reason;
}

}  // namespace
}  // namespace splitbench
