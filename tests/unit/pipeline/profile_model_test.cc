#include "pipeline/profile_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "measure/memory.h"
#include "support/error_message.h"
#include "support/fake_model.h"

namespace splitbench {
namespace {

// Stage k of the fake model takes k + 1 ms in a segment and in the instrumented pass alike.
class ProfileModel : public ::testing::Test {
 protected:
  ProfileResult profile() {
    settings.measure.min_repetitions = 5;
    settings.measure.min_time_s = 0;
    ModelSession session = fake_session(behaviour, std::make_shared<FakeUse>());
    NullSink events;
    return profile_model(session, settings, events);
  }

  FakeBehaviour behaviour;
  ProfileSettings settings;
};

TEST_F(ProfileModel, TimesWholeHeadsAndTails) {
  const ProfileResult result = profile();
  const Profile& profile = result.profile;
  EXPECT_EQ(profile.model_name, "fake");
  EXPECT_EQ(profile.model_sha256, std::string(64, 'f'));
  EXPECT_EQ(profile.parameters, 5u);
  EXPECT_EQ(profile.macs, 40u);
  EXPECT_DOUBLE_EQ(profile.end_to_end.latency.median, 0.006);
  struct Expected {
    const char* id;
    std::size_t bytes;
    double head_s, tail_s;
  };
  const std::vector<Expected> expected = {{"server-only", 64, 0, 0.006},
                                          {"scale", 64, 0.001, 0.005},
                                          {"fold", 16, 0.003, 0.003},
                                          {"device-only", 12, 0.006, 0}};
  ASSERT_EQ(profile.splits.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const SplitProfile& split = profile.splits[i];
    SCOPED_TRACE(expected[i].id);
    EXPECT_EQ(split.split.id, expected[i].id);
    EXPECT_EQ(split.boundary_bytes, expected[i].bytes);
    EXPECT_DOUBLE_EQ(split.head.latency.median, expected[i].head_s);
    EXPECT_DOUBLE_EQ(split.tail.latency.median, expected[i].tail_s);
  }
  EXPECT_EQ(result.fewest_samples, 5u);
  EXPECT_TRUE(result.warm_up_stable);
}

TEST_F(ProfileModel, TellsMemoryAndTemperatureWhereTheMachineDoes) {
  settings.thermals = [] {
    ThermalSample sample;
    sample.temperature_c = 40;
    return sample;
  };
  settings.sustained.max_s = 0.05;
  const Profile profile = this->profile().profile;
  ASSERT_FALSE(profile.thermals.empty());
  EXPECT_EQ(profile.thermals[0].temperature_c, 40);
  ASSERT_TRUE(profile.sustained.has_value());
  EXPECT_FALSE(profile.sustained->is_steady);
  EXPECT_DOUBLE_EQ(profile.sustained->steady.median, 0.006);
  const auto peak = profile.splits[1].head.peak_memory_bytes;
  EXPECT_EQ(peak.has_value(), reset_peak_resident());
  EXPECT_TRUE(!peak || *peak > 1000000) << *peak;
  // A head that is nothing runs nothing.
  EXPECT_FALSE(profile.splits[0].head.peak_memory_bytes.has_value());
}

TEST_F(ProfileModel, EnergyComesFromTheMeter) {
  Meter meter;
  meter.info.spec = "model:device=x";
  meter.model = PowerFigures{2, 5, "a table"};
  settings.meter = &meter;
  const ProfileResult result = profile();
  EXPECT_EQ(result.missing_energy, "");
  const Profile& profile = result.profile;
  EXPECT_DOUBLE_EQ(profile.end_to_end.energy.joules.value(), 0.006 * 5);
  EXPECT_DOUBLE_EQ(profile.splits[1].head.energy.joules.value(), 0.001 * 5);
  EXPECT_DOUBLE_EQ(profile.splits[1].tail.energy.dynamic_joules.value(), 0.005 * 3);
  EXPECT_EQ(profile.splits[0].head.energy.joules, 0);  // nothing runs
  EXPECT_EQ(profile.splits[0].head.energy.source, "model:device=x");
  EXPECT_DOUBLE_EQ(profile.splits[3].head.energy.joules.value(), 0.006 * 5);
  EXPECT_FALSE(profile.layers[0].energy.joules.has_value());
  EXPECT_NE(profile.layers[0].energy.reason.find("too short"), std::string::npos);
  EXPECT_TRUE(profile.power->modelled);
}

TEST_F(ProfileModel, AttributesLayersAndTellsHowTheyAddUp) {
  const Profile profile = this->profile().profile;
  ASSERT_EQ(profile.layers.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_DOUBLE_EQ(profile.layers[k].latency.median, 0.001 * static_cast<double>(k + 1));
    // Warming up is not measuring.
    EXPECT_EQ(profile.layers[k].latency.samples.size(), 5u);
  }
  EXPECT_EQ(profile.layers[1].id, "fold");
  EXPECT_EQ(profile.layers[1].macs, 16u);
  EXPECT_EQ(profile.layers[2].parameter_bytes, 12u);
  EXPECT_DOUBLE_EQ(profile.layer_sum_ratio, 1);
}

TEST_F(ProfileModel, EnergyIsAbsentWithAReason) {
  const Profile profile = this->profile().profile;
  std::vector<EnergyReading> readings = {profile.end_to_end.energy};
  for (const LayerProfile& layer : profile.layers) readings.push_back(layer.energy);
  for (const SplitProfile& split : profile.splits) {
    readings.push_back(split.head.energy);
    readings.push_back(split.tail.energy);
  }
  for (const EnergyReading& energy : readings) {
    EXPECT_FALSE(energy.joules);
    EXPECT_EQ(energy.source, "none");
    EXPECT_FALSE(energy.reason.empty());
  }
}

TEST_F(ProfileModel, ABatchChangesShapesAndBytes) {
  settings.batch = 3;
  const Profile profile = this->profile().profile;
  EXPECT_EQ(profile.batch, 3);
  EXPECT_EQ(profile.input.shape, (Shape{3, 1, 4, 4}));
  EXPECT_EQ(profile.output.shape, (Shape{3, 3}));
  EXPECT_EQ(profile.splits[2].boundary_bytes, 3u * 16);
  EXPECT_EQ(profile.splits[2].split.boundary[0].shape, (Shape{3, 4}));
}

TEST_F(ProfileModel, ABatchThatTheNetworkDoesNotTakeIsRefused) {
  behaviour.any_batch = false;
  settings.batch = 3;
  EXPECT_EQ(bad_input_message([&] { profile(); }).find("--batch 3: this network has a batch of 1"),
            0u);
}

TEST_F(ProfileModel, MeasuresTheSplitsAskedFor) {
  settings.split = "block,-server-only";  // an alias
  const Profile profile = this->profile().profile;
  ASSERT_EQ(profile.splits.size(), 2u);
  EXPECT_EQ(profile.splits[0].split.id, "fold");
  EXPECT_EQ(profile.splits[1].split.id, "device-only");
  settings.split = "folt";
  EXPECT_NE(bad_input_message([&] { this->profile(); }).find("did you mean 'fold'?"),
            std::string::npos);
}

TEST_F(ProfileModel, ItsTraceIsTheLayersEndToEndAndEverySplit) {
  const Profile profile = this->profile().profile;
  const std::vector<TraceSpan> spans = profile_trace(profile);
  ASSERT_EQ(spans.size(), 3u + 2 * 4);
  EXPECT_EQ(spans[2].name, "scores");
  EXPECT_DOUBLE_EQ(spans[2].start_s, 0.003);
  EXPECT_DOUBLE_EQ(spans[2].duration_s, 0.003);
}

}  // namespace
}  // namespace splitbench
