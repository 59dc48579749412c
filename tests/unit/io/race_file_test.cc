#include "io/race_file.h"

#include <gtest/gtest.h>

#include "io/cells_file.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

RaceEntry sample_entry() { return {3, 1, false, {7, -1}, {120, 88}, {0.5, 1e-6}, {0.25, 0}}; }

class RaceFileTest : public testing::Test {
 protected:
  RaceFileTest() {
    RaceFile file(folder.path(), 42);
    file.append(sample_entry());
    file.append({4, 1, true, {}, {}, {}, {}});
  }
  std::string open_error(std::uint64_t order = 42) {
    return bad_input_message([&] { RaceFile(folder.path(), order); });
  }

  TemporaryFolder folder;
};

TEST_F(RaceFileTest, GivesBackWhatItWasGiven) {
  const RaceFile file(folder.path(), 42);
  ASSERT_EQ(file.entries().size(), 2u);
  const RaceEntry& entry = file.entries()[0];
  EXPECT_EQ(entry.cell, 3u);
  EXPECT_EQ(entry.batch, 1u);
  EXPECT_FALSE(entry.out);
  EXPECT_EQ(entry.answers, sample_entry().answers);
  EXPECT_EQ(entry.payload_bytes, sample_entry().payload_bytes);
  EXPECT_EQ(entry.encode_s, sample_entry().encode_s);
  EXPECT_EQ(entry.decode_s, sample_entry().decode_s);
  EXPECT_TRUE(file.entries()[1].out);
}

TEST_F(RaceFileTest, ATornLastLineIsLeftOut) {
  const std::string text = folder.read("race.jsonl");
  folder.write("race.jsonl", text + text.substr(0, 5));
  EXPECT_TRUE(repair_torn_tail(race_path(folder.path())));
  EXPECT_EQ(RaceFile(folder.path(), 42).entries().size(), 2u);
}

TEST_F(RaceFileTest, RefusesAnotherOrderOfImages) {
  EXPECT_NE(open_error(43).find("another order"), std::string::npos);
}

TEST_F(RaceFileTest, RefusesDamage) {
  const std::string text = folder.read("race.jsonl");
  folder.write("race.jsonl", text +
                                 "{\"cell\":1,\"batch\":0,\"answers\":[1],\"payload_bytes\":[],"
                                 "\"encode_s\":[1],\"decode_s\":[1]}\n");
  EXPECT_NE(open_error().find("race.jsonl line 4"), std::string::npos);
  folder.write("race.jsonl", "nonsense\n" + text);
  EXPECT_NE(open_error().find("race.jsonl line 1"), std::string::npos);
}

}  // namespace
}  // namespace splitbench
