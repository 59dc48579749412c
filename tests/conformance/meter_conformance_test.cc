// What every registered meter must hold to.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <variant>

#include "device/registry.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

class MeterConformance : public testing::TestWithParam<MeterDescription> {};

TEST_P(MeterConformance, DescribesItself) {
  const MeterDescription& meter = GetParam();
  for (const std::string& text :
       {meter.name, meter.summary, meter.quantity, meter.update_rate, meter.quantisation}) {
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
  std::set<std::string> names;
  for (const OptionDescription& option : meter.options) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_FALSE(option.help.empty()) << option.name;
  }
}

// On a machine without anything it says so: one line, and never a meter that reads nothing.
TEST_P(MeterConformance, SaysWhyItIsNotThere) {
  MeterContext context;
  context.root = std::string(SPLITBENCH_TEST_DATA) + "/sysfs/bare";
  if (GetParam().name == "nvml") GTEST_SKIP() << "looks for the machine's own GPU";
  const auto result = try_meter(GetParam().name, context);
  ASSERT_TRUE(std::holds_alternative<std::string>(result));
  EXPECT_FALSE(std::get<std::string>(result).empty());
  EXPECT_EQ(std::get<std::string>(result).find('\n'), std::string::npos);
}

TEST_P(MeterConformance, RefusesUnknownOptions) {
  const std::string message =
      bad_input_message([] { open_meter(GetParam().name + ":no-such-option=1", MeterContext()); });
  EXPECT_NE(message.find("no-such-option"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Builtin, MeterConformance, testing::ValuesIn(meter_descriptions()),
                         [](const auto& meter) { return meter.param.name; });

TEST(Meters, HaveNamesOfTheirOwn) {
  std::set<std::string> names = {"none"};
  for (const MeterDescription& meter : meter_descriptions()) {
    EXPECT_TRUE(names.insert(meter.name).second) << meter.name;
  }
}

}  // namespace
}  // namespace splitbench
