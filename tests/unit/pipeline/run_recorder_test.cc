#include "pipeline/run_recorder.h"

#include <gtest/gtest.h>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class WarningsSink : public NullSink {
 public:
  void warning(const std::string& message) override { warnings.push_back(message); }
  std::vector<std::string> warnings;
};

TEST(RunRecorder, KeepsWarningsAndPassesThemOn) {
  WarningsSink sink;
  RunRecorder recorder({"splitbench", "plan"}, sink);
  recorder.warning("careful");
  EXPECT_EQ(recorder.finish().warnings, (std::vector<std::string>{"careful"}));
  EXPECT_EQ(sink.warnings, (std::vector<std::string>{"careful"}));
}

TEST(RunRecorder, RecordsWhoRanWhatOnWhichInputs) {
  const TemporaryFolder folder;
  const std::string input = folder.write("input", "abc");
  NullSink sink;
  RunRecorder recorder({"splitbench", "plan"}, sink);
  recorder.set_threads(3);
  recorder.set_seed(4);
  recorder.add_library("zstd", "1.5");
  recorder.add_input(input);
  const RunRecord record = recorder.finish();
  EXPECT_EQ(record.argv, (std::vector<std::string>{"splitbench", "plan"}));
  EXPECT_EQ(record.threads, 3);
  EXPECT_EQ(record.seed, 4u);
  EXPECT_EQ(record.libraries.at("zstd"), "1.5");
  EXPECT_FALSE(record.build_type.empty());
  EXPECT_EQ(record.utc.size(), std::string("2026-11-21T03:23:00Z").size());
  ASSERT_EQ(record.inputs.size(), 1u);
  EXPECT_EQ(record.inputs[0].path, input);
  EXPECT_EQ(record.inputs[0].sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(bad_input_message([&] { recorder.add_input(folder.path("none")); }), "");
}

TEST(RunRecorder, JudgesARunThatMeasured) {
  NullSink sink;
  RunRecorder recorder({}, sink);
  const RunRecord record = recorder.finish(2, true, summarise({1, 1}));
  EXPECT_FALSE(record.validity.valid);
  ASSERT_FALSE(record.validity.reasons.empty());
}

}  // namespace
}  // namespace splitbench
