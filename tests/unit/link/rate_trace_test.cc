#include "link/rate_trace.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/error_message.h"

namespace splitbench {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string refusal(const std::string& text, const std::string& spec = "auto") {
  return bad_input_message([&] { parse_rate_trace(text, "t", spec); });
}

// "0:100 1:0 | 3" for steps of 100 bit/s from 0 and 0 bit/s from 1 to 3.
std::string shown(const RateTrace& trace) {
  std::string text;
  for (const TraceStep& step : trace.rate_bps.steps()) {
    text += format_number(step.start_s) + ":" + format_number(step.value) + " ";
  }
  return text + "| " + format_number(trace.rate_bps.duration_s());
}

TEST(CookedTrace, ARateHoldsUntilTheNextRow) {
  const RateTrace trace = parse_rate_trace("# s Mbit/s\n10 1\n11\t2.5\n\n12,2.5\r\n13 0\n", "t");
  EXPECT_EQ(trace.format, "cooked:gap=hold");
  EXPECT_EQ(shown(trace), "0:1000000 1:2500000 2:2500000 3:0 | 4");
  EXPECT_EQ(trace.gaps, 0u);
  EXPECT_EQ(shown(parse_rate_trace("5 1\n", "t")), "0:1000000 | 1");
}

TEST(CookedTrace, RowsAreChangesHoweverFarApart) {
  const RateTrace trace = parse_rate_trace("0 1\n1 2\n2 3\n600 4\n601 5\n", "t");
  EXPECT_EQ(shown(trace), "0:1000000 1:2000000 2:3000000 600:4000000 601:5000000 | 602");
  EXPECT_EQ(trace.gaps, 0u);
  // The last row lasts as long as the one before it, and then the first comes again.
  const StepTrace rate = parse_rate_trace("0 8\n1 1\n11 2\n", "t").rate_bps;
  EXPECT_EQ(rate.duration_s(), 21);
  EXPECT_EQ(rate.at(20.5), 2e6);
  EXPECT_EQ(rate.at(21.5), 8e6);
  EXPECT_EQ(rate.time_to_add_up(20, 10e6), 2);
}

TEST(CookedTrace, GapsAreWhatTheUserSays) {
  const std::string text = "0 1\n1 2\n2 3\n20 4\n21 5\n";
  const RateTrace cut = parse_rate_trace(text, "t", "cooked:gap=cut");
  EXPECT_EQ(cut.gaps, 1u);
  EXPECT_EQ(cut.gaps_s, 17);
  EXPECT_EQ(shown(cut), "0:1000000 1:2000000 2:3000000 3:4000000 4:5000000 | 5");
  EXPECT_EQ(shown(parse_rate_trace(text, "t", "cooked:gap=zero")),
            "0:1000000 1:2000000 2:3000000 3:0 20:4000000 21:5000000 | 22");
  EXPECT_EQ(shown(parse_rate_trace(text, "t", "auto:gap=hold")),
            "0:1000000 1:2000000 2:3000000 20:4000000 21:5000000 | 22");
}

TEST(MahimahiTrace, APacketAMillisecond) {
  // Two packets in the millisecond that ends at 1, one in that to 4.
  const RateTrace trace = parse_rate_trace("1\n1\n4\n", "t");
  EXPECT_EQ(trace.format, "mahimahi");
  EXPECT_EQ(shown(trace), "0:24000000 0.001:0 0.003:12000000 | 0.004");
  EXPECT_NEAR(trace.rate_bps.mean() * 0.004, 3 * 12000, 1e-6);
  // The fourth packet leaves in the first millisecond of the next round.
  EXPECT_NEAR(trace.rate_bps.time_to_add_up(0, 4 * 12000), 0.0045, 1e-12);
  EXPECT_TRUE(contains(refusal("5\n4\n"), "t line 2: milliseconds go back"));
  EXPECT_TRUE(contains(refusal("5\n5.5\n"), "5.5 is no whole number"));
}

TEST(SixColumnTrace, BytesOverTheTimeTheyTook) {
  // A row of the published kind: 2,493,100 bytes in 1000 ms.
  const std::string row = "1453121790686 39287 51.03 3.73 2493100 1000\n";
  const RateTrace trace = parse_rate_trace(row, "t");
  EXPECT_EQ(trace.format, "six-columns:gap=cut");
  ASSERT_EQ(trace.rate_bps.size(), 1u);
  EXPECT_DOUBLE_EQ(trace.rate_bps.at(0), 2493100 * 8.0);
  EXPECT_NEAR(trace.rate_bps.duration_s(), 1, 1e-9);
  EXPECT_EQ(parse_rate_trace(row + "0 40288 51 3 100 1000\n0 90288 51 3 200 1000\n", "t").gaps, 1u);
  EXPECT_TRUE(contains(refusal("1 2 3 4 5 0\n"), "5 bytes in 0 ms give no rate"));
  EXPECT_TRUE(contains(refusal("1 2000 3 4 -5 10\n"), "-5 bytes"));
}

TEST(IrishTrace, UplinkInKilobitsAndTheMeanOfASecond) {
  const std::string header = "Timestamp,NetworkMode,DL_bitrate,UL_bitrate,State\n";
  const std::string rows =
      "2019.12.16_23.59.58,5G,9000,100,D\n2019.12.16_23.59.59,5G,9000,200,D\n"
      "2019.12.16_23.59.59,5G,9000,400,D\n2019.12.17_00.00.00,5G,9000,-,D\n"
      "2019.12.17_00.00.01,5G,8000,500,D\n";
  const RateTrace up = parse_rate_trace(header + rows, "t");
  EXPECT_EQ(up.format, "irish:direction=up:gap=cut");
  EXPECT_EQ(shown(up), "0:100000 1:300000 2:500000 | 3");
  EXPECT_EQ(up.gaps, 1u);
  EXPECT_EQ(shown(parse_rate_trace(header + rows, "t", "irish:gap=zero")),
            "0:100000 1:300000 2:0 3:500000 | 4");
  EXPECT_EQ(shown(parse_rate_trace(header + rows, "t", "irish:direction=down")),
            "0:9000000 1:9000000 2:9000000 3:8000000 | 4");
  EXPECT_TRUE(contains(refusal(header + "2019-12-16 13:40:04,5G,1,1,D\n"), "is no time such as"));
  EXPECT_TRUE(contains(refusal(header + "2019.12.16_13.40.04,5G,1,x,D\n"), "t line 2: 'x' is not"));
  EXPECT_TRUE(contains(refusal("a,b\n1,2\n", "irish"), "no column 'Timestamp'"));
}

TEST(ColumnTrace, ColumnsByName) {
  const std::string text = "n,when,up\n1,0,800\n2,0.5,-\n3,1,400\n";
  const std::string spec = "columns:time=when:rate=up:unit=kB/s";
  EXPECT_EQ(shown(parse_rate_trace(text, "t", spec + ":gap=hold")), "0:6400000 1:3200000 | 1.5");
  EXPECT_EQ(shown(parse_rate_trace(text, "t", spec)), "0:6400000 0.5:3200000 | 1");
  EXPECT_TRUE(contains(refusal(text, "columns:time=wen:rate=up"), "did you mean 'when'?"));
  EXPECT_TRUE(contains(refusal(text, spec + "x"), "unknown unit"));
  EXPECT_TRUE(contains(refusal(text), "looks like no known trace"));
}

TEST(RateTrace, RefusesWhatNoTransferCouldUse) {
  EXPECT_TRUE(contains(refusal("0 0\n1 0\n"), "a rate of 0 for ever: no transfer would end"));
  EXPECT_TRUE(contains(refusal("0 1\n1 -1\n"), "t line 2: a rate of -1000000 bit/s"));
  EXPECT_TRUE(contains(refusal("0 1\n0 2\n"), "t line 2: its time 0 s is not after"));
  EXPECT_TRUE(contains(refusal("5 1\n4 2\n"), "t line 2: its time 4 s is not after"));
  EXPECT_TRUE(contains(refusal("0 1\n1 x\n"), "t line 2: '1 x' is not 2 numbers"));
  EXPECT_TRUE(contains(refusal("0 1\n1\n"), "t line 2: '1' is not 2 numbers"));
  EXPECT_TRUE(contains(refusal("0 1\n1 2 3\n"), "t line 2: '1 2 3' is not 2 numbers"));
  EXPECT_TRUE(contains(refusal("0 1\n1e10 2\n3e10 1\n"), " s are read"));
  EXPECT_TRUE(contains(refusal("0 1\n1 nan\n"), "is not 2 numbers"));
  EXPECT_TRUE(contains(refusal("0 1e300\n"), "bit/s is none of 0 to"));
  EXPECT_TRUE(contains(refusal(""), "looks like no known trace"));
  EXPECT_TRUE(contains(refusal("", "cooked"), "holds no rate at all"));
  EXPECT_TRUE(contains(refusal("1\n", "mahimai"), "did you mean 'mahimahi'?"));
  EXPECT_TRUE(contains(refusal("0 1\n", "cooked:gap=ignore"), "unknown value 'ignore'"));
}

TEST(RateTrace, EveryFormatDescribesItself) {
  for (const TraceFormatDescription& format : trace_formats()) {
    EXPECT_FALSE(format.summary.empty()) << format.name;
    if (format.name == "mahimahi") continue;  // tells of every millisecond
    ASSERT_FALSE(format.options.empty()) << format.name;
    EXPECT_EQ(format.options.back().name, "gap");
    EXPECT_EQ(format.options.back().default_value, format.name == "cooked" ? "hold" : "cut");
  }
  EXPECT_EQ(trace_formats().size(), 5u);
}

}  // namespace
}  // namespace splitbench
