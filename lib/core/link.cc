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

void validate_radio(const Link& link, const RadioPower& radio) {
  const Interval powers = {0, 1e3};
  require_within(link, "radio.alpha_w_per_mbps", radio.alpha_w_per_mbps, powers);
  require_within(link, "radio.beta_w", radio.beta_w, powers);
  require_within(link, "radio.downlink_alpha_w_per_mbps",
                 radio.downlink_alpha_w_per_mbps.value_or(0), powers);
  require_within(link, "radio.tail_j", radio.tail_j.value_or(0), {0, 1e6});
  require_within(link, "radio.tail_inferences", radio.tail_inferences, {1, 1e9});
  if (radio.tail == RadioTail::kNone || radio.tail_j) return;
  throw bad_input("link '" + link.name + "': radio.tail is " + radio_tail_name(radio.tail) +
                  ", but radio.tail_j is not known; give it, or set radio.tail to none");
}

constexpr double kJoulesPerBit = 1e-6;  // at 1 W per Mbit/s

}  // namespace

const char* radio_tail_name(RadioTail tail) {
  switch (tail) {
    case RadioTail::kNone:
      return "none";
    case RadioTail::kAmortised:
      return "amortised";
    case RadioTail::kFull:
      return "full";
  }
  return "none";
}

double sending_energy_j(const RadioPower& radio, double bits, double seconds) {
  return radio.alpha_w_per_mbps * kJoulesPerBit * bits + radio.beta_w * seconds;
}

std::optional<double> receiving_energy_j(const RadioPower& radio, double bits, double seconds) {
  if (!radio.downlink_alpha_w_per_mbps) return std::nullopt;
  return *radio.downlink_alpha_w_per_mbps * kJoulesPerBit * bits + radio.beta_w * seconds;
}

double tail_energy_j(const RadioPower& radio) {
  switch (radio.tail) {
    case RadioTail::kNone:
      return 0;
    case RadioTail::kAmortised:
      return radio.tail_j.value() / radio.tail_inferences;
    case RadioTail::kFull:
      return radio.tail_j.value();
  }
  return 0;
}

void validate(const Link& link) {
  const Interval rates = {1, kMaxRateBps};
  require_within(link, "rate_bps", link.rate_bps, rates);
  require_within(link, "downlink_bps", link.downlink_bps, rates);
  require_within(link, "rtt_s", link.rtt_s, {0, 86400});
  require_within(link, "overhead_bytes", link.overhead_bytes, {0, 1e9});
  if (link.radio) validate_radio(link, *link.radio);
}

}  // namespace splitbench
