#include "io/step_trace_file.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(StepTraceFile, ReadsCookedTraces) {
  const TemporaryFolder folder;
  const StepTrace trace =
      read_rate_trace(folder.write("t.txt", "# seconds, Mbit/s\n10 1.5\n\n 11\t0\r\n13,2.5\n"));
  EXPECT_EQ(trace.size(), 3u);
  EXPECT_EQ(trace.duration_s(), 5);
  EXPECT_EQ(trace.at(0), 1.5e6);
  EXPECT_EQ(trace.at(2), 0);
  EXPECT_EQ(trace.at(4.9), 2.5e6);
  EXPECT_EQ(read_step_trace(folder.write("load.txt", "0 0.5"), 1).at(17), 0.5);
}

TEST(StepTraceFile, NamesTheLineThatIsNoStep) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    return bad_input_message([&] { read_rate_trace(folder.write("t.txt", text)); });
  };
  const auto holds = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  for (const char* text :
       {"0 1\n1\n", "0 1\n1 2 3\n", "0 1\n1 x\n", "0 1\n1 2x\n", "0 1\n,\n1 \n"}) {
    EXPECT_TRUE(holds(message(text), "t.txt line")) << message(text);
  }
  EXPECT_TRUE(holds(message(""), "at least one step"));
  EXPECT_TRUE(holds(message("0 0\n1 0\n"), "zero at all times"));
  EXPECT_TRUE(holds(message("1 1\n1 2\n"), "times must rise"));
  EXPECT_TRUE(holds(message("0 -1\n"), "not negative"));
  EXPECT_TRUE(holds(message("0 inf\n1 2\n"), "finite"));
  EXPECT_TRUE(holds(bad_input_message([&] { read_rate_trace("/nowhere/t.txt"); }), "cannot read"));
}

}  // namespace
}  // namespace splitbench
