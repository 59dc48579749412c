// Numbers as people read them: decimal prefixes and a fixed number of significant digits.
//
// For text only; documents and CSV carry raw numbers in SI units. Not affected by the locale; a
// non-finite value is "n/a". Pure functions; thread-safe.
#pragma once

#include <string>

namespace splitbench {

// 0.0123 -> "12.3 ms"; ns, us, ms, s.
std::string format_duration(double seconds, int digits = 3);
// 4700 -> "4.70 kB"; decimal multiples, as networks count.
std::string format_bytes(double bytes, int digits = 3);
// 8e6 -> "8.00 Mbit/s".
std::string format_rate(double bits_per_second, int digits = 3);
// 0.554 -> "554 mJ".
std::string format_energy(double joules, int digits = 3);
// 1.1e6 -> "1.10 M"; plain below 1000.
std::string format_count(double count, int digits = 3);
// Without a unit: 0.031 -> "0.031"; trailing zeros are dropped.
std::string format_plain(double value, int digits = 3);
// A fraction in per cent with two decimals: 0.0031 -> "0.31 %".
std::string format_percent(double fraction);

}  // namespace splitbench
