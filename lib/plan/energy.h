// The device's energy for one inference, part by part.
//
//   compute = measured energy of the head (device-only: of the whole network) * n_d, at a device
//             scale of 1; else compute_w * device_s
//   encode  = compute_w * encode_s
//   radio   = radio_w * time sending + radio_w_per_bps * bits sent
//   receive = receive_w * time receiving + receive_w_per_bps * bits received
//   tail    = tail_j, when something is exchanged
//   idle    = idle_w * (uplink_s + server_s + decode_s + downlink_s)
//
// The time sending is uplink_s without its half of the round trip, the time receiving likewise.
// What is measured is all that a board draws; what a radio draws comes on top of a board that
// idles.
//
// energy_j is the sum of the parts that are known; it is unset when compute is not. A part that is
// unknown stays unset with its reason and is in no sum: comparing a candidate that sends with one
// that does not is then in the sender's favour, which a plan warns of. At device-only all parts but
// compute are 0, and known to be. With the linear radio model of Huang et al. (MobiSys 2012) the
// energy is linear in 1 / rate, and so in the waiting factor.
// Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/plan.h"
#include "plan/cost_model.h"

namespace splitbench {

// What is known of the device's power: first what the request gives; then the link's radio
// (core/link.h: radio_w and receive_w are its beta, the slopes its alphas, tail_j what its tail
// comes to); then, at a device scale of 1, the device profile: idle_w as metered, and as compute_w
// the mean power while the whole network ran, since no meter resolves a codec. `sources` says which
// is which.
PowerModel known_power(const PlanRequest& request);

// Sets energy_j, its parts and its reason from the stages, which are set.
void set_energy(Estimate& estimate, const EnergyReading& reading, const Conditions& conditions);

// Over x = 1 / rate and the waiting factor; unset when the energy is.
std::optional<CostPlane> energy_plane(const Estimate& estimate, const Conditions& conditions);

// "encode", "radio", ...: the parts that are not in the energy of an estimate that sends.
std::vector<std::string> unknown_parts(const EnergyParts& parts);

}  // namespace splitbench
