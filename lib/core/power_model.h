// What a device draws, as far as it is known: what turns times into energy.
#pragma once

#include <optional>
#include <string>

namespace splitbench {

// Watts and joules of the device. Every part that is unset leaves its share of an estimate unknown.
// Given by the user and never measured by splitbench, so estimates that use it are modelled.
struct PowerModel {
  std::optional<double> compute_w;  // while it computes or codes
  std::optional<double> idle_w;     // while it waits for the server and the way there
  // While it sends at r bit/s: radio_w + radio_w_per_bps * r (Huang et al., MobiSys 2012); while it
  // receives: receive_w + receive_w_per_bps * r.
  std::optional<double> radio_w, receive_w;
  double radio_w_per_bps = 0, receive_w_per_bps = 0;
  std::optional<double> tail_j;  // that the radio burns after each exchange

  bool empty() const { return !compute_w && !idle_w && !radio_w && !receive_w && !tail_j; }
};

// `compute_w=5,idle_w=2.1,radio_w=1.288,radio_w_per_mbit=0.438,receive_w=1.288,
// receive_w_per_mbit=0.052,tail_j=12.8`, any of them, the radio's slopes only with its base.
// Throws Error{kBadInput} for anything else and for negative numbers.
PowerModel parse_power(const std::string& text);

}  // namespace splitbench
