#include "core/link.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

Link link_with(const RadioPower& radio) {
  Link link;
  link.name = "l";
  link.rate_bps = link.downlink_bps = 1e6;
  link.radio = radio;
  return link;
}

TEST(RadioPower, TheLineOfPowerOverRateGivesJoules) {
  RadioPower radio;
  radio.alpha_w_per_mbps = 0.4;
  radio.beta_w = 1.3;
  // 8 Mbit in 2 s are 4 Mbit/s: 0.4 * 4 + 1.3 watts for two seconds.
  EXPECT_DOUBLE_EQ(sending_energy_j(radio, 8e6, 2), 2 * (0.4 * 4 + 1.3));
  // A second without any rate costs beta.
  EXPECT_DOUBLE_EQ(sending_energy_j(radio, 8e6, 3), sending_energy_j(radio, 8e6, 2) + 1.3);
  EXPECT_EQ(sending_energy_j(radio, 0, 0), 0);
}

TEST(RadioPower, TwiceTheRateAtTheSamePowerHalvesTheEnergy) {
  RadioPower radio;
  radio.beta_w = 2;
  EXPECT_DOUBLE_EQ(sending_energy_j(radio, 1e6, 1) / 2, sending_energy_j(radio, 1e6, 0.5));
}

TEST(RadioPower, ReceivingIsUnknownWithoutItsSlope) {
  RadioPower radio;
  radio.alpha_w_per_mbps = 0.4;
  radio.beta_w = 1;
  EXPECT_FALSE(receiving_energy_j(radio, 1e6, 1).has_value());
  radio.downlink_alpha_w_per_mbps = 0.1;
  EXPECT_DOUBLE_EQ(receiving_energy_j(radio, 2e6, 1).value(), 1.2);
}

TEST(RadioPower, ATailIsPaidInFullSharedOrNotAtAll) {
  RadioPower radio;
  radio.tail_j = 12;
  radio.tail_inferences = 4;
  EXPECT_EQ(tail_energy_j(radio), 0);
  radio.tail = RadioTail::kAmortised;
  EXPECT_EQ(tail_energy_j(radio), 3);
  radio.tail = RadioTail::kFull;
  EXPECT_EQ(tail_energy_j(radio), 12);
}

TEST(RadioPower, RefusesWhatNoRadioDraws) {
  const auto message = [](const RadioPower& radio) {
    return bad_input_message([&] { validate(link_with(radio)); });
  };
  RadioPower radio;
  EXPECT_NO_THROW(validate(link_with(radio)));
  radio.beta_w = -1;
  EXPECT_EQ(message(radio), "link 'l': radio.beta_w is -1, allowed is 0 to 1000");
  radio.beta_w = 1;
  radio.tail_inferences = 0;
  EXPECT_NE(message(radio).find("radio.tail_inferences is 0"), std::string::npos);
  radio.tail_inferences = 1;
  radio.tail = RadioTail::kFull;
  EXPECT_NE(message(radio).find("radio.tail_j is not known"), std::string::npos);
}

}  // namespace
}  // namespace splitbench
