#include "core/rate.h"

#include <charconv>
#include <cmath>

#include "base/spec.h"

namespace splitbench {
namespace {

// Of neighbouring real values: well below what changes a payload by more than a few percent.
constexpr double kRatio = 1.05;
constexpr int kDigits = 4;  // of a real value that no one has written himself

std::string rounded(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, kDigits);
  return format_number(parse_number({text, end.ptr}, "rate"));
}

}  // namespace

const char* rate_goal_option(RateGoal goal) {
  return goal == RateGoal::kLoss ? "target-loss" : "target-bytes";
}

std::vector<std::string> rate_values(const RateAxis& axis, OptionType type) {
  std::vector<std::string> values;
  if (type == OptionType::kInteger) {
    const double step = axis.finest > axis.coarsest ? 1 : -1;
    const double count = std::fabs(axis.finest - axis.coarsest);
    for (double i = 0; i <= count; ++i) values.push_back(format_number(axis.coarsest + step * i));
    return values;
  }
  const double span = std::log(axis.finest / axis.coarsest);
  const auto steps = static_cast<int>(std::ceil(std::fabs(span) / std::log(kRatio)));
  values.push_back(format_number(axis.coarsest));
  for (int i = 1; i < steps; ++i) {
    values.push_back(rounded(axis.coarsest * std::exp(span * i / steps)));
  }
  values.push_back(format_number(axis.finest));
  return values;
}

}  // namespace splitbench
