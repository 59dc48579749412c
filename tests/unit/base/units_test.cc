#include "base/units.h"

#include <gtest/gtest.h>

#include <cmath>

namespace splitbench {
namespace {

TEST(Units, PicksThePrefixAfterRounding) {
  EXPECT_EQ(format_duration(0.00123), "1.23 ms");
  EXPECT_EQ(format_duration(999.6e-6), "1.00 ms");
  EXPECT_EQ(format_duration(999.4e-6), "999 us");
  EXPECT_EQ(format_duration(61.5), "61.5 s");
  EXPECT_EQ(format_bytes(4700), "4.70 kB");
  EXPECT_EQ(format_bytes(999.96), "1.00 kB");
  EXPECT_EQ(format_rate(8e6), "8.00 Mbit/s");
  EXPECT_EQ(format_energy(0.554), "554 mJ");
  EXPECT_EQ(format_count(1.1e6), "1.10 M");
  EXPECT_EQ(format_count(42), "42");
}

TEST(Units, ZeroSignAndExtremes) {
  EXPECT_EQ(format_duration(0), "0 s");
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_energy(0), "0 J");
  EXPECT_EQ(format_bytes(-1500), "-1.50 kB");
  EXPECT_EQ(format_duration(1e300), "1.00e+300 s");
  EXPECT_EQ(format_duration(1e-30), "1.00e-21 ns");
  EXPECT_EQ(format_duration(std::nan("")), "n/a");
  EXPECT_EQ(format_rate(INFINITY), "n/a");
  EXPECT_EQ(format_percent(-0.000001), "0.00 %");
  EXPECT_EQ(format_percent(0.0031), "0.31 %");
  EXPECT_EQ(format_plain(-0.0), "0");
}

TEST(Units, MoreDigitsTellCloseValuesApart) {
  EXPECT_EQ(format_duration(0.0123456, 5), "12.346 ms");
  EXPECT_EQ(format_bytes(123456, 6), "123.456 kB");
  EXPECT_EQ(format_plain(0.031), "0.031");
}

}  // namespace
}  // namespace splitbench
