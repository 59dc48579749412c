#include "core/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/error_message.h"

namespace splitbench {
namespace {

std::vector<OptionDescription> options() {
  OptionDescription level;
  level.name = "level";
  level.default_value = "3";
  level.minimum = 1;
  level.maximum = 22;
  OptionDescription scale;
  scale.name = "scale";
  scale.type = OptionType::kReal;
  scale.default_value = "0.5";
  scale.minimum = 0;
  scale.maximum = 1;
  OptionDescription mode;
  mode.name = "mode";
  mode.type = OptionType::kChoice;
  mode.default_value = "fast";
  mode.choices = {"fast", "slow"};
  OptionDescription file;
  file.name = "file";
  file.type = OptionType::kText;
  return {level, scale, mode, file};
}

std::string canonical(const std::string& text) {
  return resolve_options(parse_spec(text), options()).canonical();
}

std::string complaint(const std::string& text) {
  return bad_input_message([&] { canonical(text); });
}

TEST(ResolveOptions, FillsInDefaultsAndLeavesOutEmptyText) {
  EXPECT_EQ(canonical("x"), "x:level=3:mode=fast:scale=0.5");
  EXPECT_EQ(canonical("x:file=a.txt"), "x:file=a.txt:level=3:mode=fast:scale=0.5");
}

TEST(ResolveOptions, WritesNumbersInOneWay) {
  EXPECT_EQ(canonical("x:level=007:scale=5e-1"), canonical("x:level=7:scale=0.50"));
}

TEST(ResolveOptions, AcceptsBothEndsOfARange) {
  EXPECT_NO_THROW(canonical("x:level=1:scale=0"));
  EXPECT_NO_THROW(canonical("x:level=22:scale=1"));
}

TEST(ResolveOptions, RefusesWhatTheDescriptionDoesNotAllow) {
  EXPECT_EQ(complaint("x:level=0"), "x:level: 0 is outside 1 to 22");
  EXPECT_EQ(complaint("x:scale=1.5"), "x:scale: 1.5 is outside 0 to 1");
  EXPECT_EQ(complaint("x:level=2.5"), "x:level: '2.5' is not a whole number");
  EXPECT_EQ(complaint("x:level="), "x:level: '' is not a whole number");
  EXPECT_EQ(complaint("x:mode=slwo"), "x:mode: unknown value 'slwo' (did you mean 'slow'?)");
  EXPECT_EQ(complaint("x:levl=3"), "'x' has no option 'levl' (did you mean 'level'?)");
}

TEST(ResolveOptions, AsksForARequiredOption) {
  std::vector<OptionDescription> required = options();
  required.back().required = true;
  required.back().help = "the file";
  const std::string message =
      bad_input_message([&] { resolve_options(parse_spec("x"), required); });
  EXPECT_EQ(message, "'x' needs file=...: the file");
}

TEST(ResolveOptions, SaysWhenThereAreNoOptions) {
  const std::string message = bad_input_message([] { resolve_options(parse_spec("x:a=1"), {}); });
  EXPECT_EQ(message, "'x' takes no options, got 'a'");
}

}  // namespace
}  // namespace splitbench
