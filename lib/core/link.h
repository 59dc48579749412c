// The network between device and server, and what the device's radio draws on it.
#pragma once

#include <optional>
#include <string>

namespace splitbench {

// How much of the energy that a radio draws before and after a transfer, while it changes states
// and waits for more, is put down to one inference.
enum class RadioTail {
  kNone,       // nothing: transfers follow each other without a pause
  kAmortised,  // its share of a tail that `tail_inferences` inferences have in common
  kFull,       // all of it: every transfer finds the radio asleep
};
const char* radio_tail_name(RadioTail tail);  // "none", "amortised", "full"

// The device's radio. While it sends at r Mbit/s it draws alpha * r + beta watts (Huang et al., "A
// close examination of performance and power characteristics of 4G LTE networks", MobiSys 2012),
// so that a transfer takes alpha_w_per_mbps * 1e-6 joules a bit and beta_w a second, whether the
// rate is constant or not, time without any rate included.
struct RadioPower {
  double alpha_w_per_mbps = 0;  // sending
  double beta_w = 0;
  std::optional<double> downlink_alpha_w_per_mbps;  // receiving, with the same beta; if known
  std::optional<double> tail_j;                     // before and after one transfer; if known
  RadioTail tail = RadioTail::kNone;
  double tail_inferences = 1;  // kAmortised: inferences that share a tail, >= 1
  std::string source;
};

// Joules of the radio for `bits` that took `seconds` to send or to receive, without the tail.
// Receiving is unset when the power of receiving is not known.
double sending_energy_j(const RadioPower& radio, double bits, double seconds);
std::optional<double> receiving_energy_j(const RadioPower& radio, double bits, double seconds);
// The tail's joules that one inference answers for. Requires a valid radio.
double tail_energy_j(const RadioPower& radio);

struct Link {
  std::string name;               // profile name, file, or the inline spec
  double rate_bps = 0;            // uplink, bits per second, > 0
  double downlink_bps = 0;        // > 0; equal to rate_bps unless given
  double rtt_s = 0;               // round-trip time, >= 0
  double overhead_bytes = 0;      // per message and direction, added to the payload (headers)
  std::string source;             // where the figures come from; empty for inline specs
  bool downlink_follows = false;  // no downlink was given: it equals the uplink at every rate
  std::optional<RadioPower> radio = {};  // unset: nobody knows what this radio draws
};

constexpr double kMaxRateBps = 1e15;

// Throws Error{kBadInput} naming the field and its value unless both rates are 1 bit/s to 1 Pbit/s,
// the round trip is 0 to 1 day and the overhead is 0 to 1 GB: bounds beyond any network, within
// which no estimate overflows. A radio's powers are 0 to 1 kW, a tail's energy 0 to 1 MJ, and a
// tail that is counted has an energy.
void validate(const Link& link);

}  // namespace splitbench
