#include "io/trace_file.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/error_message.h"

namespace splitbench {
namespace {

TEST(TraceDocument, SpansAreCompleteEventsInMicroseconds) {
  EXPECT_EQ(trace_document({{"conv1", "layer", 0.5, 0.25, "cpu"}}), R"({
 "traceEvents": [
  {
   "name": "thread_name",
   "ph": "M",
   "pid": 1,
   "tid": 1,
   "args": {
    "name": "cpu"
   }
  },
  {
   "name": "conv1",
   "cat": "layer",
   "ph": "X",
   "ts": 500000.0,
   "dur": 250000.0,
   "pid": 1,
   "tid": 1
  }
 ],
 "displayTimeUnit": "ms"
}
)");
}

TEST(TraceDocument, EveryTrackIsNamedOnce) {
  const std::string text = trace_document(
      {{"a", "c", 0, 1, "head"}, {"b", "c", 1, 1, "tail"}, {"d", "c", 2, 1, "head"}});
  std::size_t names = 0;
  for (std::size_t at = text.find("thread_name"); at != std::string::npos;
       at = text.find("thread_name", at + 1)) {
    ++names;
  }
  EXPECT_EQ(names, 2u);
}

TEST(TraceDocument, EmptyAndNonFinite) {
  EXPECT_NE(trace_document({}).find("\"traceEvents\": []"), std::string::npos);
  EXPECT_NE(error_message(
                ErrorCode::kRuntime,
                [] {
                  trace_document({{"a", "c", std::numeric_limits<double>::quiet_NaN(), 1, "t"}});
                }),
            "");
}

}  // namespace
}  // namespace splitbench
