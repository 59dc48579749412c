// Links written inline on the command line: `rate=8Mbit,rtt=20ms[,downlink=20Mbit][,overhead=66B]`.
//
// Every quantity carries its unit, because the field mixes kB/s, Mbit/s and 1024-based MB/s freely:
//   rates      bit kbit Mbit Gbit (optionally "/s"), bps kbps Mbps Gbps: bits per second;
//              B/s kB/s MB/s GB/s: bytes per second; all multiples are decimal
//   durations  ns us ms s
//   sizes      B kB MB GB (decimal), KiB MiB GiB
// Pure functions; thread-safe.
#pragma once

#include <string>

#include "core/link.h"

namespace splitbench {

// `rate` and `rtt` are required; `downlink` follows the uplink and `overhead` is 0 unless given.
// The result is valid (core/link.h) and named after the text. Throws Error{kBadInput} for anything
// else; `trace:FILE` is refused with its own message.
Link parse_link(const std::string& text);

// A number with its unit, in bits per second, > 0.
// Throws Error{kBadInput} naming the text and an example when the unit is missing or unknown, or
// the number is negative, zero or not finite.
double parse_rate_bps(const std::string& text);

// As parse_rate_bps; seconds and bytes, where zero is allowed (0ms, 0B).
double parse_duration_s(const std::string& text);
double parse_size_bytes(const std::string& text);

}  // namespace splitbench
