// Link profiles: JSON files that describe a network.
//
//   {"name", "rate_bps", "downlink_bps", "rtt_s", "overhead_bytes", "source",
//    "radio": {"alpha_w_per_mbps", "beta_w", "downlink_alpha_w_per_mbps", "tail_j",
//              "tail": "none|amortised|full", "tail_inferences", "source"}}
//
// `rate_bps` is required; `name` defaults to the file's stem, the downlink follows the uplink,
// the others to nothing. Where `radio` (core/link.h) is absent, nobody knows what it draws; in it,
// `alpha_w_per_mbps` and `beta_w` are required. Thread-safe.
#pragma once

#include <string>

#include "core/link.h"

namespace splitbench {

// Throws Error{kBadInput} naming the file and the key that is missing or out of range.
Link read_link_file(const std::string& path);

}  // namespace splitbench
