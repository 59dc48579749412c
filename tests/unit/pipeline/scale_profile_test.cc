#include "pipeline/scale_profile.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

LayerProfile layer(const std::string& id, const std::string& op, const Shape& shape,
                   std::uint64_t macs, double seconds) {
  LayerProfile layer;
  layer.id = id;
  layer.op = op;
  layer.output_shape = shape;
  layer.output_bytes = sizeof(float);
  for (const std::int64_t size : shape) layer.output_bytes *= static_cast<std::size_t>(size);
  layer.macs = macs;
  layer.latency = summarise({seconds, seconds, seconds});
  return layer;
}

SplitProfile split(const std::string& id, SplitKind kind, double head_s, double tail_s) {
  SplitProfile split;
  split.split.id = id;
  split.split.kind = kind;
  split.head.latency = summarise({head_s, head_s});
  split.tail.latency = summarise({tail_s, tail_s});
  return split;
}

// A dense convolution of 1 ms, a depthwise one of 2 ms, an activation of 3 ms, a classifier of 4
// ms.
Profile measured_profile() {
  Profile profile;
  profile.model_name = "tiny";
  profile.device = "cpu";
  profile.host = "bench";
  profile.layers = {layer("conv", "_convolution", {1, 10, 10, 10}, 27000, 0.001),
                    layer("depth", "_convolution", {1, 10, 10, 10}, 9000, 0.002),
                    layer("act", "relu", {1, 10, 10, 10}, 0, 0.003),
                    layer("fc", "linear", {1, 10}, 10000, 0.004)};
  profile.splits = {split("server-only", SplitKind::kServerOnly, 0, 0.010),
                    split("conv", SplitKind::kInner, 0.0012, 0.0088),
                    split("act", SplitKind::kInner, 0.006, 0.004),
                    split("device-only", SplitKind::kDeviceOnly, 0.010, 0)};
  profile.splits[2].split.id = "block";
  profile.splits[2].split.aliases = {"act"};
  profile.end_to_end.latency = summarise({0.010, 0.010});
  profile.end_to_end.energy.joules = 1;
  profile.end_to_end.energy.source = "ina3221";
  profile.sustained = SustainedRun();
  profile.thermals = {ThermalSample()};
  return profile;
}

// Dense operations take 37,000 MACs / 3.7e6 = 10 ms where they took 5: twice; depthwise ones
// 9,000 / 1.5e6 = 6 ms: three times; the rest 4,000 bytes / 8e6 = 0.5 ms: a sixth.
DeviceProfile board() {
  DeviceProfile device;
  device.name = "board";
  device.dense_macs_per_s = {3.7e6, "a table"};
  device.depthwise_macs_per_s = {1.5e6, "a table"};
  device.copy_bytes_per_s = {8e6, "another"};
  device.idle_w = {2, "a meter"};
  device.busy_w = {5, "a meter"};
  return device;
}

TEST(ScaledProfile, TimesOfAClassAreThoseOfTheDevicesFigure) {
  const Profile profile = scaled_profile(measured_profile(), board(), nullptr);
  ASSERT_EQ(profile.scaling->factors.size(), 3u);
  EXPECT_EQ(profile.scaling->device, "board");
  EXPECT_EQ(profile.scaling->measured_host, "bench");
  const std::vector<std::pair<std::string, double>> expected = {
      {"dense", 2}, {"depthwise", 3}, {"other", 1.0 / 6}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(profile.scaling->factors[i].part, expected[i].first);
    EXPECT_NEAR(profile.scaling->factors[i].factor, expected[i].second, 1e-12);
  }
  EXPECT_EQ(profile.scaling->factors[2].source, "copy_bytes_per_s: another");
  EXPECT_NEAR(profile.layers[1].latency.median, 0.006, 1e-12);
  EXPECT_NEAR(profile.end_to_end.latency.median, 0.0165, 1e-12);
  EXPECT_NEAR(profile.end_to_end.latency.samples[1], 0.0165, 1e-12);
  EXPECT_NEAR(profile.layer_sum_ratio, 1, 1e-12);
  EXPECT_EQ(profile.device, "board");
  EXPECT_TRUE(profile.thermals.empty());
  EXPECT_FALSE(profile.sustained.has_value());
}

TEST(ScaledProfile, SegmentsFollowTheLayersInThem) {
  const Profile profile = scaled_profile(measured_profile(), board(), nullptr);
  // As whole segments they took 1.2 and 8.8 ms; the layers 1 and 9, and 2 and 14.5 there.
  EXPECT_NEAR(profile.splits[1].head.latency.median, 0.0012 * 2, 1e-12);
  EXPECT_NEAR(profile.splits[1].tail.latency.median, 0.0088 * 14.5 / 9, 1e-12);
  EXPECT_NEAR(profile.splits[2].head.latency.median, 0.0085, 1e-12);  // found by its alias
  EXPECT_NEAR(profile.splits[2].tail.latency.median, 0.008, 1e-12);
  EXPECT_EQ(profile.splits[0].head.latency.median, 0);
  EXPECT_NEAR(profile.splits[0].tail.latency.median, 0.0165, 1e-12);
}

TEST(ScaledProfile, NetworksOfLearnedCodecsAreDense) {
  Profile measured = measured_profile();
  BottleneckProfile bottleneck;
  bottleneck.decoder_split = "conv";
  bottleneck.encoder.segment.latency = summarise({0.001});
  bottleneck.decoder.segment.latency = summarise({0.002});
  bottleneck.tail = PartProfile();
  bottleneck.tail->segment.latency = summarise({0.009});
  measured.bottlenecks = {bottleneck};
  const Profile profile = scaled_profile(measured, board(), nullptr);
  EXPECT_NEAR(profile.bottlenecks[0].encoder.segment.latency.median, 0.002, 1e-12);
  EXPECT_NEAR(profile.bottlenecks[0].decoder.segment.latency.median, 0.004, 1e-12);
  EXPECT_NEAR(profile.bottlenecks[0].tail->segment.latency.median, 0.0145, 1e-12);
  EXPECT_TRUE(profile.bottlenecks[0].encoder.segment.energy.modelled);
}

TEST(ScaledProfile, EnergyIsModelledFromTheDevicesPower) {
  const Profile profile = scaled_profile(measured_profile(), board(), nullptr);
  const EnergyReading& whole = profile.end_to_end.energy;
  EXPECT_NEAR(*whole.joules, 5 * 0.0165, 1e-12);
  EXPECT_NEAR(*whole.dynamic_joules, 3 * 0.0165, 1e-12);
  EXPECT_TRUE(whole.modelled);
  EXPECT_EQ(whole.source, "model:device=board");
  EXPECT_TRUE(profile.power->modelled);
  EXPECT_EQ(profile.power->idle_w, 2);
  EXPECT_EQ(profile.power->source, "idle: a meter; busy: a meter");
  EXPECT_NEAR(*profile.splits[2].head.energy.joules, 5 * 0.0085, 1e-12);
}

TEST(ScaledProfile, WithoutPowerThereIsNoEnergyAndNoMeasuredOneEither) {
  DeviceProfile device = board();
  device.busy_w.reset();
  const Profile profile = scaled_profile(measured_profile(), device, nullptr);
  EXPECT_FALSE(profile.end_to_end.energy.joules.has_value());
  EXPECT_NE(profile.end_to_end.energy.reason.find("busy power of device 'board'"),
            std::string::npos);
  EXPECT_FALSE(profile.power->idle_w.has_value());
  EXPECT_FALSE(profile.power->idle_reason.empty());
}

TEST(ScaledProfile, ElseAllTimesFollowLinpack) {
  DeviceProfile device = board(), here;
  device.depthwise_macs_per_s.reset();
  device.hpl_flops = {10e9, "a list"};
  here.name = "here";
  here.hpl_flops = {40e9, "our run"};
  const Profile profile = scaled_profile(measured_profile(), device, &here);
  ASSERT_EQ(profile.scaling->factors.size(), 1u);
  EXPECT_EQ(profile.scaling->factors[0].part, "all");
  EXPECT_EQ(profile.scaling->factors[0].source, "hpl_flops of here: our run; of board: a list");
  EXPECT_NEAR(profile.end_to_end.latency.median, 0.040, 1e-12);
  EXPECT_NEAR(profile.splits[1].head.latency.median, 0.0048, 1e-12);
}

TEST(ScaledProfile, NamesTheFiguresThatAreMissing) {
  DeviceProfile device = board(), here;
  here.name = "here";
  device.depthwise_macs_per_s.reset();
  device.copy_bytes_per_s.reset();
  const auto message = [&](const DeviceProfile* from) {
    return error_message(ErrorCode::kMissingMeasurement,
                         [&] { scaled_profile(measured_profile(), device, from); });
  };
  EXPECT_NE(message(nullptr).find("device 'board' has no depthwise_macs_per_s, copy_bytes_per_s, "
                                  "hpl_flops, and no --from"),
            std::string::npos);
  device.hpl_flops = {10e9, "a list"};
  EXPECT_NE(message(&here).find("device 'here' has no hpl_flops"), std::string::npos);
}

TEST(ScaledProfile, AFigureThatTheNetworkDoesNotNeedMayBeMissing) {
  DeviceProfile device = board();
  device.depthwise_macs_per_s.reset();
  Profile measured = measured_profile();
  measured.layers.erase(measured.layers.begin() + 1);
  EXPECT_EQ(scaled_profile(measured, device, nullptr).scaling->factors.size(), 2u);
}

TEST(ScaledProfile, RefusesWhatCannotBeScaled) {
  const Profile once = scaled_profile(measured_profile(), board(), nullptr);
  EXPECT_NE(bad_input_message([&] {
              scaled_profile(once, board(), nullptr);
            }).find("scaled to board already"),
            std::string::npos);
  Profile strange = measured_profile();
  strange.splits[1].split.id = "nowhere";
  EXPECT_NE(bad_input_message([&] {
              scaled_profile(strange, board(), nullptr);
            }).find("no layer that ends at split 'nowhere'"),
            std::string::npos);
  strange.layers.clear();
  EXPECT_NE(
      bad_input_message([&] { scaled_profile(strange, board(), nullptr); }).find("has no layers"),
      std::string::npos);
}

}  // namespace
}  // namespace splitbench
