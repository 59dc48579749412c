#include "measure/validity.h"

#include <gtest/gtest.h>

namespace splitbench {
namespace {

RunObservations sound_run() {
  RunObservations run;
  run.before.cpus = 2;
  run.before.load_average = 0.3;
  run.before.governor = "performance";
  run.before.frequencies_hz = {2e9, 2e9};
  run.before.temperature_c = 50;
  run.after = run.before;
  run.throttle_count_before = 3;
  run.throttle_count_after = 3;
  run.build_type = "Release";
  run.fewest_samples = 20;
  run.end_to_end = summarise(std::vector<double>(20, 0.01));
  return run;
}

// The one reason for which the run is invalid.
std::string reason(const RunObservations& run) {
  const Verdict verdict = judge(run);
  EXPECT_FALSE(verdict.validity.valid);
  EXPECT_EQ(verdict.validity.reasons.size(), 1u);
  return verdict.validity.reasons.empty() ? "" : verdict.validity.reasons.front();
}

// The one warning of a run that is valid all the same.
std::string warning(const RunObservations& run) {
  const Verdict verdict = judge(run);
  EXPECT_TRUE(verdict.validity.valid);
  EXPECT_EQ(verdict.warnings.size(), 1u);
  return verdict.warnings.empty() ? "" : verdict.warnings.front();
}

TEST(Validity, ASoundRunIsValidWithoutWarnings) {
  const Verdict verdict = judge(sound_run());
  EXPECT_TRUE(verdict.validity.valid);
  EXPECT_TRUE(verdict.validity.reasons.empty());
  EXPECT_TRUE(verdict.warnings.empty());
}

TEST(Validity, AMachineThatTellsNothingIsNotBlamed) {
  RunObservations run = sound_run();
  run.before = run.after = Environment{};
  run.throttle_count_before = run.throttle_count_after = std::nullopt;
  const Verdict verdict = judge(run);
  EXPECT_TRUE(verdict.validity.valid);
  EXPECT_TRUE(verdict.warnings.empty());
}

TEST(Validity, DebugBuildsAreInvalid) {
  RunObservations run = sound_run();
  run.build_type = "Debug";
  EXPECT_EQ(reason(run),
            "the build type is Debug, not optimised; build with -DCMAKE_BUILD_TYPE=Release");
  run.build_type = "";
  EXPECT_NE(reason(run).find("unset"), std::string::npos);
  run.build_type = "RelWithDebInfo";
  EXPECT_TRUE(judge(run).validity.valid);
}

TEST(Validity, ThrottlingIsInvalid) {
  RunObservations run = sound_run();
  run.throttle_count_after = 5;
  EXPECT_EQ(reason(run),
            "the CPU was throttled 2 times during the run; cool it or lower its clock");
  run = sound_run();
  run.after.throttled = true;
  EXPECT_NE(reason(run).find("firmware reports throttling"), std::string::npos);
}

TEST(Validity, TooFewOrTooScatteredSamplesAreInvalid) {
  RunObservations run = sound_run();
  run.fewest_samples = 4;
  EXPECT_EQ(reason(run), "only 4 samples of some item, at least 5 are needed; raise --repetitions");
  run = sound_run();
  run.end_to_end = summarise({1, 1, 1, 2, 2, 2, 3, 3, 3});
  EXPECT_EQ(reason(run),
            "the median end-to-end time is only known to within 50 %; stop other programs or raise "
            "--repetitions");
}

TEST(Validity, DoubtsThatDoNotVoidARunAreWarnings) {
  RunObservations run = sound_run();
  run.before.load_average = 1.1;
  EXPECT_EQ(warning(run), "the load average at the start was 1.10 on 2 CPUs; stop other programs");
  run = sound_run();
  run.before.governor = "powersave";
  EXPECT_NE(warning(run).find("governor is powersave"), std::string::npos);
  run = sound_run();
  run.after.frequencies_hz = {1.5e9, 1.5e9};
  EXPECT_EQ(warning(run), "the mean CPU frequency went from 2000 to 1500 MHz during the run");
  run = sound_run();
  run.after.temperature_c = 66;
  EXPECT_EQ(warning(run), "the hottest sensor warmed from 50 to 66 degrees C during the run");
  run = sound_run();
  run.before.temperature_c = run.after.temperature_c = 86;
  EXPECT_NE(warning(run).find("86 degrees C at the end"), std::string::npos);
  run = sound_run();
  run.warm_up_stable = false;
  EXPECT_NE(warning(run).find("had not settled"), std::string::npos);
}

TEST(Validity, AllReasonsAreGiven) {
  RunObservations run = sound_run();
  run.build_type = "Debug";
  run.fewest_samples = 1;
  run.throttle_count_after = 4;
  EXPECT_EQ(judge(run).validity.reasons.size(), 3u);
}

TEST(Validity, LimitsThemselvesAreAllowed) {
  RunObservations run = sound_run();
  run.before.load_average = 1.0;
  run.after.temperature_c = 65;
  run.after.frequencies_hz = {1.8e9, 1.8e9};
  run.fewest_samples = 5;
  const Verdict verdict = judge(run);
  EXPECT_TRUE(verdict.validity.valid);
  EXPECT_TRUE(verdict.warnings.empty());
}

}  // namespace
}  // namespace splitbench
