// The network between device and server.
#pragma once

#include <optional>
#include <string>

namespace splitbench {

struct Link {
  std::string name;               // profile name, file, or the inline spec
  double rate_bps = 0;            // uplink, bits per second, > 0
  double downlink_bps = 0;        // > 0; equal to rate_bps unless given
  double rtt_s = 0;               // round-trip time, >= 0
  double overhead_bytes = 0;      // per message and direction, added to the payload (headers)
  std::string source;             // where the figures come from; empty for inline specs
  bool downlink_follows = false;  // no downlink was given: it equals the uplink at every rate
};

constexpr double kMaxRateBps = 1e15;

// Throws Error{kBadInput} naming the field and its value unless both rates are 1 bit/s to 1 Pbit/s,
// the round trip is 0 to 1 day and the overhead is 0 to 1 GB: bounds beyond any network, within
// which no estimate overflows.
void validate(const Link& link);

}  // namespace splitbench
