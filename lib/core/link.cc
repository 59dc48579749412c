#include "core/link.h"

#include "base/error.h"
#include "base/spec.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

// Written so that NaN fails too.
void require_within(const Link& link, const char* field, double value, const Interval& range) {
  if (value >= range.low && value <= range.high) return;
  throw bad_input("link '" + link.name + "': " + field + " is " + format_number(value) +
                  ", allowed is " + format_number(range.low) + " to " + format_number(range.high));
}

}  // namespace

void validate(const Link& link) {
  const Interval rates = {1, kMaxRateBps};
  require_within(link, "rate_bps", link.rate_bps, rates);
  require_within(link, "downlink_bps", link.downlink_bps, rates);
  require_within(link, "rtt_s", link.rtt_s, {0, 86400});
  require_within(link, "overhead_bytes", link.overhead_bytes, {0, 1e9});
}

}  // namespace splitbench
