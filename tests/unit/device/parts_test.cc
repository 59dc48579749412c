// What meters are made of: counters that wrap, logs, perf's descriptions of events.
#include <gtest/gtest.h>

#include "device/meter_log.h"
#include "device/rapl/perf_energy.h"
#include "device/registry.h"
#include "device/wrapping_counter.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(WrappingCounter, CountsOnOverItsEnd) {
  WrappingCounter counter("c", 90, 100);
  EXPECT_EQ(counter.add(95, 1), 5);
  EXPECT_EQ(counter.add(3, 1), 13);
  EXPECT_EQ(counter.add(3, 1), 13);
  EXPECT_EQ(counter.add(99, 1), 109);
  EXPECT_EQ(counter.add(0, 1), 110);
}

TEST(WrappingCounter, ATurnThatNoMachineCouldDrawIsGoingBackwards) {
  WrappingCounter counter("c", 5000, 262143);
  const std::string message =
      error_message(ErrorCode::kMissingMeasurement, [&] { counter.add(4990, 1); });
  EXPECT_NE(message.find("of c went backwards, from 5000 to 4990 J"), std::string::npos);
  EXPECT_NE(error_message(ErrorCode::kMissingMeasurement, [&] { counter.add(90000, 1); })
                .find("of c leapt, from 5000 to 90000 J, more than any machine draws"),
            std::string::npos);
  WrappingCounter endless("e", 5, 0);
  error_message(ErrorCode::kMissingMeasurement, [&] { endless.add(4, 1); });
}

TEST(PerfEvents, AreReadAsTheKernelWritesThem) {
  const PerfEvent event = parse_perf_event("event=0x02", "2.3283064365386962890625e-10");
  EXPECT_EQ(event.config, 2u);
  EXPECT_DOUBLE_EQ(event.joules_per_count, 0x1p-32);
  for (const char* text : {"event=2", "event=0x", "event=0x2,umask=1", ""}) {
    error_message(ErrorCode::kMissingMeasurement, [&] { parse_perf_event(text, "1"); });
  }
  for (const char* scale : {"", "0", "-1", "nan", "1e-10 J"}) {
    error_message(ErrorCode::kMissingMeasurement, [&] { parse_perf_event("event=0x02", scale); });
  }
}

TEST(PerfEvents, CpuLists) {
  EXPECT_EQ(parse_cpu_list("0"), (std::vector<int>{0}));
  EXPECT_EQ(parse_cpu_list("0,18"), (std::vector<int>{0, 18}));
  EXPECT_EQ(parse_cpu_list("0-2,5"), (std::vector<int>{0, 1, 2, 5}));
  for (const char* list : {"x", "3-1", "0;1", "-1", "0-99999"}) {
    error_message(ErrorCode::kMissingMeasurement, [&] { parse_cpu_list(list); });
  }
}

TEST(MeterLog, ColumnsByNameOrTwoWithoutAny) {
  const auto named = parse_meter_log("volts,power_w,time_s\n5,2.5,0.1\n5,3,0.2\n", "m");
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(named[1].time_s, 0.2);
  EXPECT_EQ(named[1].value, 3);
  EXPECT_EQ(parse_meter_log("0.1,2.5\n0.2, 3\n", "m").size(), 2u);
  EXPECT_EQ(parse_meter_log("t;x,P\n1,2\n", "m", "t;x", "P").front().value, 2);
  EXPECT_TRUE(parse_meter_log("", "m").empty());
  EXPECT_TRUE(parse_meter_log("time_s,power_w\n", "m").empty());
}

TEST(MeterLog, RefusesWhatCannotBeIntegrated) {
  const auto message = [](const std::string& rows) {
    return bad_input_message([&] { parse_meter_log("time_s,power_w\n" + rows, "m.csv"); });
  };
  EXPECT_NE(message("1,2\n1,3\n").find("m.csv line 3: its time 1 s is not after that before"),
            std::string::npos);
  EXPECT_NE(message("2,2\n1,3\n").find("m.csv line 3"), std::string::npos);
  EXPECT_NE(message("1,-2\n").find("a power of -2 W is below 0"), std::string::npos);
  EXPECT_NE(message("1,nan\n").find("'nan' is not a number"), std::string::npos);
  EXPECT_NE(message("1\n").find("has only 1 columns"), std::string::npos);
  EXPECT_NE(bad_input_message([] {
              parse_meter_log("time,power_w\n1,2\n", "m");
            }).find("no column 'time_s'"),
            std::string::npos);
}

TEST(CsvMeter, ReadsAFileThatStillGrows) {
  const TemporaryFolder folder;
  const std::string file = folder.write("p.csv", "time_s,power_w\n1,2\n2,2.");
  const Meter meter = open_meter("csv:wait=3:file=" + file, MeterContext());
  EXPECT_EQ(meter.file->read().size(), 1u);  // the second row is not finished
  folder.write("p.csv", "time_s,power_w\n1,2\n2,2.5\n");
  EXPECT_EQ(meter.file->read().back().value, 2.5);
  EXPECT_EQ(meter.file->wait_s(), 3);
  const std::string none = folder.path("none.csv");
  EXPECT_NE(bad_input_message([&] {
              open_meter("csv:file=" + none, MeterContext());
            }).find("cannot read '" + none + "': No such file"),
            std::string::npos);
  EXPECT_NE(bad_input_message([] { open_meter("csv", MeterContext()); }).find("'csv' needs file="),
            std::string::npos);
}

TEST(OpenMeter, UnknownNamesGetTheNearest) {
  EXPECT_NE(bad_input_message([] {
              open_meter("ina322", MeterContext());
            }).find("unknown meter 'ina322' (did you mean 'ina3221'?)"),
            std::string::npos);
  EXPECT_NE(bad_input_message([] {
              open_meter("rapl:domian=psys", MeterContext());
            }).find("did you mean 'domain'?"),
            std::string::npos);
}

}  // namespace
}  // namespace splitbench
