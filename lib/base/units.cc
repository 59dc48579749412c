#include "base/units.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace splitbench {
namespace {

struct Prefix {
  double size;
  const char* unit;
};

std::string to_text(double value, std::chars_format format, int precision) {
  char text[400];  // fixed notation of the largest double takes 309 digits
  const auto result = std::to_chars(text, text + sizeof text, value, format, precision);
  return std::string(text, result.ptr);
}

// Rounding comes first, so that 999.96 us becomes 1.00 ms and never 1000 us.
double round_significant(double value, int digits) {
  const std::string text = to_text(value, std::chars_format::scientific, digits - 1);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

// `prefixes` ascend; values below the first use the first.
std::string with_prefix(double value, int digits, const std::vector<Prefix>& prefixes) {
  if (!std::isfinite(value)) return "n/a";
  const double rounded = round_significant(value, digits);
  if (rounded == 0) {
    const auto base = std::find_if(prefixes.begin(), prefixes.end(),
                                   [](const Prefix& prefix) { return prefix.size == 1; });
    return std::string("0") + base->unit;
  }
  Prefix chosen = prefixes.front();
  for (const Prefix& prefix : prefixes) {
    if (std::abs(rounded) >= prefix.size) chosen = prefix;
  }
  const double scaled = rounded / chosen.size;
  const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(scaled))));
  if (decimals > 12 || std::abs(scaled) >= 1e6) {
    return to_text(scaled, std::chars_format::scientific, digits - 1) + chosen.unit;
  }
  return to_text(scaled, std::chars_format::fixed, std::max(decimals, 0)) + chosen.unit;
}

}  // namespace

std::string format_duration(double seconds, int digits) {
  return with_prefix(seconds, digits, {{1e-9, " ns"}, {1e-6, " us"}, {1e-3, " ms"}, {1, " s"}});
}

std::string format_bytes(double bytes, int digits) {
  return with_prefix(bytes, digits, {{1, " B"}, {1e3, " kB"}, {1e6, " MB"}, {1e9, " GB"}});
}

std::string format_rate(double bits_per_second, int digits) {
  return with_prefix(bits_per_second, digits,
                     {{1, " bit/s"}, {1e3, " kbit/s"}, {1e6, " Mbit/s"}, {1e9, " Gbit/s"}});
}

std::string format_energy(double joules, int digits) {
  return with_prefix(joules, digits, {{1e-6, " uJ"}, {1e-3, " mJ"}, {1, " J"}});
}

std::string format_count(double count, int digits) {
  if (std::abs(count) < 1000) return format_plain(count, digits);
  return with_prefix(count, digits, {{1, ""}, {1e3, " k"}, {1e6, " M"}, {1e9, " G"}});
}

std::string format_plain(double value, int digits) {
  if (!std::isfinite(value)) return "n/a";
  return to_text(value == 0 ? 0 : value, std::chars_format::general, digits);
}

std::string format_percent(double fraction) {
  if (!std::isfinite(fraction)) return "n/a";
  const std::string text = to_text(fraction * 100, std::chars_format::fixed, 2);
  return (text == "-0.00" ? "0.00" : text) + " %";
}

}  // namespace splitbench
