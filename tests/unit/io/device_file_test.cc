#include "io/device_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(DeviceFile, FiguresComeWithTheirSources) {
  const TemporaryFolder folder;
  const DeviceProfile device = read_device_file(folder.write("board.json", R"({"board": "A board",
      "figures": {"idle_w": {"value": 2, "source": "a meter"},
                  "busy_w": {"value": 5, "source": "the same"}}})"));
  EXPECT_EQ(device.name, "board");
  EXPECT_EQ(device.board, "A board");
  EXPECT_EQ(device.idle_w->value, 2);
  EXPECT_EQ(device.busy_w->source, "the same");
  EXPECT_FALSE(device.cpu_hz.has_value());
  const PowerFigures power = power_figures(device);
  EXPECT_EQ(power.busy_w, 5);
  EXPECT_EQ(power.source, "idle: a meter; busy: the same");
  const DeviceProfile again = read_device_file(folder.write("b.json", device_file_text(device)));
  EXPECT_EQ(device_file_text(again), device_file_text(device));
}

TEST(DeviceFile, WhatNobodyToldIsMissingAndNotZero) {
  const TemporaryFolder folder;
  const DeviceProfile device =
      read_device_file(folder.write("b.json", R"({"figures": {"idle_w": {"value": 2,
      "source": "x"}}})"));
  const std::string message =
      error_message(ErrorCode::kMissingMeasurement, [&] { power_figures(device); });
  EXPECT_NE(message.find("nobody has told the busy power of device 'b'"), std::string::npos);
}

TEST(DeviceFile, RefusesFiguresThatCannotBe) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& figures) {
    const std::string file = folder.write("d.json", R"({"figures": {)" + figures + "}}");
    return bad_input_message([&] { read_device_file(file); });
  };
  EXPECT_NE(message(R"("idle_w": {"value": -2, "source": "x"})").find("idle_w is -2, allowed is 0"),
            std::string::npos);
  EXPECT_NE(message(R"("idle_w": {"value": 2, "source": ""})").find("idle_w has no source"),
            std::string::npos);
  EXPECT_NE(message(R"("idle_w": {"value": 2})").find("figures.idle_w.source is missing"),
            std::string::npos);
  EXPECT_NE(message(R"("idle_w": {"value": 5, "source": "x"},
                       "busy_w": {"value": 4, "source": "x"})")
                .find("busy_w, 4, is below idle_w, 5"),
            std::string::npos);
}

TEST(DeviceFile, EveryDeviceThatComesAlongIsValid) {
  std::size_t devices = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(SPLITBENCH_SOURCE_DIR "/profiles/devices")) {
    const DeviceProfile device = read_device_file(entry.path().string());
    EXPECT_EQ(device.name, entry.path().stem().string());
    EXPECT_FALSE(device.board.empty());
    ++devices;
  }
  EXPECT_GE(devices, 4u);
}

}  // namespace
}  // namespace splitbench
