#include "link/load_trace.h"

#include <gtest/gtest.h>

#include <string>

#include "support/error_message.h"

namespace splitbench {
namespace {

TEST(LoadTrace, ALoadHoldsUntilTheNextRow) {
  const StepTrace trace = parse_load_trace("# seconds, load\n10 0.5\n\n 11\t0\r\n13,0.25\n", "t");
  EXPECT_EQ(trace.size(), 3u);
  EXPECT_EQ(trace.duration_s(), 5);
  EXPECT_EQ(trace.at(0), 0.5);
  EXPECT_EQ(trace.at(2), 0);
  EXPECT_EQ(trace.at(4.9), 0.25);
  EXPECT_EQ(trace.at(5), 0.5);
  EXPECT_EQ(parse_load_trace("0 0", "t").at(17), 0);  // a server may have nothing to do for ever
}

TEST(LoadTrace, NamesWhatIsNoTrace) {
  const auto refusal = [](const std::string& text) {
    return bad_input_message([&] { parse_load_trace(text, "load.txt"); });
  };
  for (const char* text : {"0 1\n1\n", "0 1\n1 2 3\n", "0 1\n1 x\n", "0 1\n1 2x\n", "0 inf\n"}) {
    EXPECT_EQ(refusal(text).rfind("load.txt line", 0), 0u) << refusal(text);
  }
  EXPECT_EQ(refusal(""), "load.txt: a trace needs at least one step");
  EXPECT_NE(refusal("1 1\n1 2\n").find("times must rise"), std::string::npos);
  EXPECT_NE(refusal("0 -1\n").find("not negative"), std::string::npos);
}

}  // namespace
}  // namespace splitbench
