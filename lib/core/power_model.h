// What a device draws, as far as it is known: what turns times into energy.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace splitbench {

// Watts and joules of the device. Every part that is unset leaves its share of an estimate unknown.
// Estimates that use it are modelled, wherever a figure comes from.
struct PowerModel {
  std::optional<double> compute_w;  // all of it while it computes or codes
  std::optional<double> idle_w;     // all but the radio while it sends, receives and waits
  // The radio above that, while it sends at r bit/s: radio_w + radio_w_per_bps * r (Huang et al.,
  // MobiSys 2012); while it receives: receive_w + receive_w_per_bps * r.
  std::optional<double> radio_w, receive_w;
  double radio_w_per_bps = 0, receive_w_per_bps = 0;
  std::optional<double> tail_j;  // that the radio burns after each exchange
  // Where figures come from that nobody gave for this plan, by their names as below.
  std::map<std::string, std::string> sources;
};

// `compute_w=5,idle_w=2.1,radio_w=1.288,radio_w_per_mbit=0.438,receive_w=1.288,
// receive_w_per_mbit=0.052,tail_j=12.8`, any of them, the radio's slopes only with its base.
// Throws Error{kBadInput} for anything else and for negative numbers.
PowerModel parse_power(const std::string& text);

}  // namespace splitbench
