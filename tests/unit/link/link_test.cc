#include "link/link.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

// The message of the Error{kBadInput} that `call` throws.
template <typename Call>
std::string bad_input_message(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST(Link, FullInlineSpec) {
  const std::string text = "rate=8Mbit,rtt=20ms,downlink=20Mbit,overhead=66B";
  const Link link = parse_link(text);
  EXPECT_EQ(link.name, text);
  EXPECT_DOUBLE_EQ(link.rate_bps, 8e6);
  EXPECT_DOUBLE_EQ(link.downlink_bps, 20e6);
  EXPECT_FALSE(link.downlink_follows);
  EXPECT_DOUBLE_EQ(link.rtt_s, 0.02);
  EXPECT_DOUBLE_EQ(link.overhead_bytes, 66);
}

TEST(Link, DownlinkDefaultsToTheUplinkAndKeysComeInAnyOrder) {
  const Link link = parse_link("rtt=0ms,rate=1kB/s");
  EXPECT_DOUBLE_EQ(link.rate_bps, 8000);
  EXPECT_DOUBLE_EQ(link.downlink_bps, 8000);
  EXPECT_TRUE(link.downlink_follows);
  EXPECT_DOUBLE_EQ(link.rtt_s, 0);
  EXPECT_DOUBLE_EQ(link.overhead_bytes, 0);
}

TEST(Link, RateUnitsAreBitsOrBytesAndDecimal) {
  for (const char* text : {"1Mbit", "1Mbit/s", "1Mbps", "1000kbit", "0.001Gbit", "1e6bit",
                           "125kB/s", "0.125 MB/s", "125000B/s", "1000000bps"}) {
    EXPECT_DOUBLE_EQ(parse_rate_bps(text), 1e6) << text;
  }
}

TEST(Link, DurationsAndSizes) {
  EXPECT_DOUBLE_EQ(parse_duration_s("1500us"), 0.0015);
  EXPECT_DOUBLE_EQ(parse_duration_s("20 ms"), 0.02);
  EXPECT_DOUBLE_EQ(parse_duration_s("5ns"), 5e-9);
  EXPECT_DOUBLE_EQ(parse_duration_s("2s"), 2);
  EXPECT_DOUBLE_EQ(parse_size_bytes("1.5kB"), 1500);
  EXPECT_DOUBLE_EQ(parse_size_bytes("1KiB"), 1024);
  EXPECT_DOUBLE_EQ(parse_size_bytes("2MiB"), 2097152);
  EXPECT_DOUBLE_EQ(parse_size_bytes("0B"), 0);
}

TEST(Link, WrongQuantitiesNameTheValueAndAnExample) {
  for (const char* text : {"8", "0Mbit", "-8Mbit", "infMbit", "nanMbit", "1e400Mbit", "1e308Gbit",
                           "Mbit", "", "8mbit", "8MBps", "8Mbit8", "0x8Mbit", "+8Mbit"}) {
    const std::string message = bad_input_message([&] { parse_rate_bps(text); });
    EXPECT_NE(message.find("'" + std::string(text) + "'"), std::string::npos) << message;
    EXPECT_NE(message.find("e.g. 8Mbit"), std::string::npos) << message;
  }
  for (const char* text : {"20", "-1ms", "infs", "20m", "-0ms"}) {
    const std::string message = bad_input_message([&] { parse_duration_s(text); });
    EXPECT_NE(message.find("e.g. 20ms"), std::string::npos) << message;
  }
  for (const char* text : {"66", "-1B", "66b", "66Bytes"}) {
    const std::string message = bad_input_message([&] { parse_size_bytes(text); });
    EXPECT_NE(message.find("e.g. 66B"), std::string::npos) << message;
  }
}

TEST(Link, AnUnknownUnitSuggestsTheNearest) {
  EXPECT_NE(bad_input_message([] { parse_rate_bps("8mbit"); }).find("did you mean"),
            std::string::npos);
}

TEST(Link, WrongSpecsSayWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not key=value"},
      {"wifi", "not key=value"},
      {"rate=8Mbit", "has no rtt"},
      {"rtt=20ms", "has no rate"},
      {"rate=8Mbit,rtt=20ms,", "not key=value"},
      {"rate=8Mbit,rtt=20ms,rate=9Mbit", "given twice"},
      {"rate=8Mbit,rtt=20ms,down=9Mbit", "unknown key 'down'"},
      {"rate=0.1bit,rtt=20ms", "rate_bps"},
      {"rate=1e9Gbit,rtt=20ms", "rate_bps"},
      {"rate=8Mbit,rtt=100000s", "rtt_s"},
      {"rate=8Mbit,rtt=20ms,overhead=2GB", "overhead_bytes"},
      {"trace:lte.csv", "traces are not supported"},
  };
  for (const auto& [text, expected] : cases) {
    const std::string message = bad_input_message([&, spec = text] { parse_link(spec); });
    EXPECT_NE(message.find(expected), std::string::npos) << message;
  }
}

TEST(Link, ValidateRefusesWhatNoNetworkIs) {
  Link link{"x", 1e6, 1e6, 0, 0, ""};
  EXPECT_NO_THROW(validate(link));
  for (const double rate : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    Link up = link;
    up.rate_bps = rate;
    EXPECT_THROW(validate(up), Error) << rate;
    Link down = link;
    down.downlink_bps = rate;
    EXPECT_THROW(validate(down), Error) << rate;
  }
  link.rtt_s = -0.1;
  EXPECT_THROW(validate(link), Error);
}

}  // namespace
}  // namespace splitbench
