#include "base/spec.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

std::vector<std::string> expanded(const std::string& text) {
  std::vector<std::string> canonical;
  for (const Spec& spec : expand_spec(text)) canonical.push_back(spec.canonical());
  return canonical;
}

using Texts = std::vector<std::string>;

TEST(Spec, ParsesNameAndOptions) {
  const Spec spec = parse_spec("jpeg:quality=80:chroma=420");
  EXPECT_EQ(spec.name, "jpeg");
  EXPECT_EQ(spec.options.at("quality"), "80");
  EXPECT_EQ(spec.canonical(), "jpeg:chroma=420:quality=80");
  EXPECT_EQ(parse_spec("raw").canonical(), "raw");
}

TEST(Spec, ParseTakesListsAndRangesLiterally) {
  EXPECT_EQ(parse_spec("zstd:level=1,3").options.at("level"), "1,3");
  EXPECT_EQ(parse_spec("image-folder:root=../data").options.at("root"), "../data");
}

TEST(Spec, QuotedValuesMayHoldSeparators) {
  const Spec spec = parse_spec("image-list:csv=\"C:\\a,b.csv\"");
  EXPECT_EQ(spec.options.at("csv"), "C:\\a,b.csv");
  EXPECT_EQ(parse_spec(spec.canonical()).options, spec.options);
}

TEST(Spec, ExpandsListsRangesAndProducts) {
  EXPECT_EQ(expanded("zstd:level=1,3,9"), (Texts{"zstd:level=1", "zstd:level=3", "zstd:level=9"}));
  EXPECT_EQ(expanded("q:bits=2..8+2"), (Texts{"q:bits=2", "q:bits=4", "q:bits=6", "q:bits=8"}));
  EXPECT_EQ(expanded("q:bits=1..3"), (Texts{"q:bits=1", "q:bits=2", "q:bits=3"}));
  EXPECT_EQ(expanded("q:a=1,2:b=x,y"), (Texts{"q:a=1:b=x", "q:a=1:b=y", "q:a=2:b=x", "q:a=2:b=y"}));
  EXPECT_EQ(expanded("q:bits=1,4..6"), (Texts{"q:bits=1", "q:bits=4", "q:bits=5", "q:bits=6"}));
  EXPECT_EQ(expanded("raw"), Texts{"raw"});
}

TEST(Spec, RangesOfFractionsAreClean) {
  EXPECT_EQ(expanded("q:t=0.1..0.5+0.1"),
            (Texts{"q:t=0.1", "q:t=0.2", "q:t=0.3", "q:t=0.4", "q:t=0.5"}));
  EXPECT_EQ(expanded("q:t=-1..1"), (Texts{"q:t=-1", "q:t=0", "q:t=1"}));
}

TEST(Spec, QuotedValuesAreNotExpanded) {
  EXPECT_EQ(expanded("a:f=\"1..3\""), Texts{"a:f=\"1..3\""});
}

TEST(Spec, ErrorsNameTheOffendingPart) {
  EXPECT_EQ(bad_input_message([] { parse_spec(":a=1"); }),
            "spec ':a=1' has no plain name; write name:key=value, e.g. jpeg:quality=80");
  EXPECT_EQ(bad_input_message([] { parse_spec("a:b"); }), "spec 'a:b': 'b' is not key=value");
  EXPECT_EQ(bad_input_message([] { parse_spec("a:=1"); }), "spec 'a:=1': '=1' is not key=value");
  EXPECT_EQ(bad_input_message([] { parse_spec("a:b=1:b=2"); }),
            "spec 'a:b=1:b=2': key 'b' is given twice");
  EXPECT_EQ(bad_input_message([] { parse_spec("a:b=\"1"); }),
            "spec 'a:b=\"1': a double quote is not closed");
  EXPECT_NE(bad_input_message([] { expand_spec("a:b=3..1"); }), "");
  EXPECT_NE(bad_input_message([] { expand_spec("a:b=1..3+0"); }), "");
  EXPECT_NE(bad_input_message([] { expand_spec("a:b=x..3"); }), "");
}

TEST(Spec, ExplosionsAreRefused) {
  EXPECT_NE(bad_input_message([] { expand_spec("a:b=0..1e300"); }), "");
  EXPECT_NE(bad_input_message([] { expand_spec("a:b=1..1000:c=1..1000"); }), "");
}

TEST(Spec, NumbersAreWholeAndFinite) {
  EXPECT_EQ(parse_number("1e-6", "w"), 1e-6);
  EXPECT_EQ(parse_integer("-3", "w"), -3);
  for (const char* text : {"", "1x", "nan", "inf", "1e999", " 1", "0x10"}) {
    EXPECT_EQ(bad_input_message([&] { parse_number(text, "rate"); }),
              "rate: '" + std::string(text) + "' is not a number");
  }
  for (const char* text : {"", "1.5", "99999999999999999999", "2 "}) {
    EXPECT_EQ(bad_input_message([&] { parse_integer(text, "bits"); }),
              "bits: '" + std::string(text) + "' is not a whole number");
  }
}

TEST(Spec, FormattedNumbersReadBackExactly) {
  for (const double value : {0.1, 1.0 / 3, 1e300, -2.5e-300, 80.0}) {
    EXPECT_EQ(parse_number(format_number(value), "w"), value);
  }
  EXPECT_EQ(format_number(80), "80");
  EXPECT_EQ(format_number(0.3), "0.3");
}

TEST(Spec, PathsAreNoRanges) {
  const std::vector<Spec> specs = expand_spec("bottlefit:file=../runs/a..b/c.bottleneck,/x..y");
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(specs[0].options.at("file"), "../runs/a..b/c.bottleneck");
  EXPECT_EQ(specs[1].options.at("file"), "/x..y");
  EXPECT_EQ(parse_spec(specs[0].canonical()).options, specs[0].options);
}

}  // namespace
}  // namespace splitbench
