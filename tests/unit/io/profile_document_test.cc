#include "io/profile_document.h"

#include <gtest/gtest.h>

#include "sample_documents.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(ProfileDocument, EnergyReturnsWithHowItWasMetered) {
  const TemporaryFolder folder;
  const Profile profile =
      read_profile(folder.write("p.json", profile_document(sample_profile(), sample_run())));
  const EnergyReading& metered = profile.end_to_end.energy;
  EXPECT_EQ(metered.joules, 0.02);
  EXPECT_FALSE(metered.modelled);
  EXPECT_EQ(metered.ci95->high, 0.021);
  EXPECT_EQ(metered.mean_w, 4.8);
  EXPECT_FALSE(metered.dynamic_joules.has_value());
  EXPECT_EQ(metered.dynamic_reason, "below idle");
  EXPECT_EQ(metered.runs, 240u);
  EXPECT_EQ(metered.updates, 100u);
  EXPECT_EQ(metered.window_s, 1.01);
  const EnergyReading& modelled = profile.splits[2].head.energy;
  EXPECT_TRUE(modelled.modelled);
  EXPECT_EQ(modelled.dynamic_joules, 0.01);
  EXPECT_EQ(modelled.dynamic_ci95->low, -0.01);
  ASSERT_TRUE(profile.power.has_value());
  EXPECT_EQ(profile.power->rail, "POM_5V_IN (6-0040)");
  EXPECT_EQ(profile.power->idle_w, 2.1);
  EXPECT_EQ(profile.power->idle_ci95->high, 2.2);
  EXPECT_EQ(profile.power->alignment, 0.9);
  EXPECT_EQ(profile.power->sampler->ratio_ci95.low, 0.99);
  EXPECT_EQ(profile.power->sampler->with.samples.size(), 2u);
}

TEST(ProfileDocument, MemoryAndThermalsReturn) {
  const TemporaryFolder folder;
  const Profile profile =
      read_profile(folder.write("p.json", profile_document(sample_profile(), sample_run())));
  EXPECT_EQ(profile.end_to_end.peak_memory_bytes, 123456789u);
  EXPECT_FALSE(profile.splits[1].head.peak_memory_bytes.has_value());
  ASSERT_EQ(profile.thermals.size(), 2u);
  EXPECT_EQ(profile.thermals[0].temperature_c, 45.5);
  EXPECT_EQ(profile.thermals[0].throttled_bits, 0x50005u);
  EXPECT_FALSE(profile.thermals[1].frequency_hz.has_value());
  ASSERT_TRUE(profile.sustained.has_value());
  EXPECT_FALSE(profile.sustained->is_steady);
  EXPECT_EQ(profile.sustained->reason, "still warming");
  EXPECT_EQ(profile.sustained->thermals[0].temperature_c, 60);
}

TEST(ProfileDocument, AScaledOneSaysSo) {
  const TemporaryFolder folder;
  Profile profile = sample_profile();
  profile.scaling = ProfileScaling{"board", "bench", {{"dense", 2.5, "dense_macs_per_s: a table"}}};
  const std::string text = profile_document(profile, sample_run());
  const Profile again = read_profile(folder.write("p.json", text));
  ASSERT_TRUE(again.scaling.has_value());
  EXPECT_EQ(again.scaling->device, "board");
  EXPECT_EQ(again.scaling->measured_host, "bench");
  ASSERT_EQ(again.scaling->factors.size(), 1u);
  EXPECT_EQ(again.scaling->factors[0].factor, 2.5);
  EXPECT_EQ(again.scaling->factors[0].source, "dense_macs_per_s: a table");
  EXPECT_EQ(profile_document(again, sample_run()), text);
  EXPECT_FALSE(
      read_profile(folder.write("q.json", profile_document(sample_profile(), sample_run())))
          .scaling.has_value());
}

}  // namespace
}  // namespace splitbench
