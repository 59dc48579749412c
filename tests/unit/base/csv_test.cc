#include "base/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/error_message.h"

namespace splitbench {
namespace {

using Fields = std::vector<std::string>;

TEST(ParseCsv, ReadsQuotedFieldsAndCountsLines) {
  const std::vector<CsvRow> rows = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\n\"x,\"\"y\"\"\",\"two\nlines\"\nlast,",
      "t.csv");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].fields, (Fields{"a", "b"}));
  EXPECT_EQ(rows[1].fields, (Fields{"x,\"y\"", "two\nlines"}));
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[2].fields, (Fields{"last", ""}));
  EXPECT_EQ(rows[2].line, 5u);
}

TEST(ParseCsv, HasNoRowsWithoutText) {
  EXPECT_TRUE(parse_csv("", "t.csv").empty());
  EXPECT_TRUE(parse_csv("\n\r\n\n", "t.csv").empty());
}

TEST(ParseCsv, NamesTheLineOfABadQuote) {
  EXPECT_EQ(bad_input_message([] { parse_csv("a\n\"b", "t.csv"); }),
            "t.csv line 2: a double quote is not closed");
  EXPECT_EQ(bad_input_message([] { parse_csv("\"a\"b\n", "t.csv"); }),
            "t.csv line 1: there is text after a closing quote");
}

}  // namespace
}  // namespace splitbench
