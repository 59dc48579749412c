#include "report/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace splitbench {
namespace {

Table sample() {
  Table table;
  table.columns = {{"split", "split", Unit::kText},
                   {"latency_s", "latency", Unit::kSeconds},
                   {"payload_bytes", "payload", Unit::kBytes}};
  table.rows = {{std::string("layer1"), 0.00123, 4700.0},
                {std::string("a|b,\"c\""), Value(), 1.0 / 3}};
  return table;
}

TEST(Table, TextAlignsNumbersRight) {
  EXPECT_EQ(text_table(sample()),
            "split    latency  payload\n"
            "-------  -------  -------\n"
            "layer1   1.23 ms  4.70 kB\n"
            "a|b,\"c\"        -  0.333 B\n");
}

TEST(Table, MarkdownEscapesPipes) {
  EXPECT_EQ(markdown_table(sample()),
            "| split | latency | payload |\n"
            "|---|---:|---:|\n"
            "| layer1 | 1.23 ms | 4.70 kB |\n"
            "| a\\|b,\"c\" | - | 0.333 B |\n");
}

TEST(Table, CsvIsRfc4180WithFullPrecision) {
  EXPECT_EQ(csv_table(sample()),
            "split,latency_s,payload_bytes\r\n"
            "layer1,0.00123,4700\r\n"
            "\"a|b,\"\"c\"\"\",,0.3333333333333333\r\n");
}

TEST(Table, CsvKeepsLineBreaksInsideQuotes) {
  Table table;
  table.columns = {{"reason", "reason", Unit::kText}};
  table.rows = {{std::string("one\ntwo")}};
  EXPECT_EQ(csv_table(table), "reason\r\n\"one\ntwo\"\r\n");
}

TEST(Table, LongIdsLoseTheirMiddleInTextOnly) {
  Table table = sample();
  const std::string id = "backbone.features.stage4.block17.conv_pointwise.activation.relu6";
  table.rows[0][0] = id;
  std::istringstream lines(text_table(table, 50));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 50u);
  EXPECT_NE(text_table(table, 50).find("backbone.featur...tivation.relu6"), std::string::npos)
      << text_table(table, 50);
  EXPECT_NE(markdown_table(table).find(id), std::string::npos);
  EXPECT_NE(csv_table(table).find(id), std::string::npos);
}

TEST(Table, NarrowingStopsAtTwelveCharacters) {
  Table table;
  table.columns = {{"a", "a", Unit::kText}};
  table.rows = {{std::string(40, 'x')}};
  EXPECT_NE(text_table(table, 5).find("xxxxx...xxxx\n"), std::string::npos);
}

TEST(Table, Utf8CountsCharactersAndIsNeverCutInside) {
  Table table;
  table.columns = {{"a", "a", Unit::kText}, {"b", "b", Unit::kCount}};
  std::string name;
  for (int i = 0; i < 20; ++i) name += "\xC3\xA9";
  table.rows = {{name, 1.0}};
  std::string expected;
  for (int i = 0; i < 5; ++i) expected += "\xC3\xA9";
  expected += "...";
  for (int i = 0; i < 4; ++i) expected += "\xC3\xA9";
  EXPECT_NE(text_table(table, 15).find("\n" + expected + "  1\n"), std::string::npos);
}

TEST(Table, ControlCharactersOfHostileDocumentsNeverReachATerminal) {
  Table table;
  table.columns = {{"a", "a", Unit::kText}};
  table.rows = {
      {std::string("x\x1b[31m\ny\xC2\x9B"
                   "2J\x7f")}};
  const std::string text = text_table(table);
  EXPECT_NE(text.find("x?[31m?y?2J?"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(printable("\xC3\xA9"), "\xC3\xA9");
}

}  // namespace
}  // namespace splitbench
