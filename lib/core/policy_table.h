// A policy as a device carries it: which split and codec are best for an uplink rate, a server load
// and a batch, in a few kilobytes that are evaluated in well under a microsecond.
//
// Every choice that is best somewhere has an entry with its cost as a plane over x = 1 / rate
// (s/bit) and the server's waiting factor w (core/server_queue.h): fixed + per_x * x + per_w * w.
// At any point the best entry of that batch is the one of least value among those that keep the
// bounds, ties to lower latency, then to the earlier entry. The regions are those of the lower
// envelope of the planes, exactly (plan/policy_cells.h has their corners).
//
// As bytes, little-endian; a double is f64, [...] is there when its flag is set:
//
//   "SBPT", u8 version 1, u8 flags (1 values, 2 energies, 4 max_latency_s, 8 max_energy_j),
//   u8 queue (0 mm1, 1 mg1, 2 multiplier), f64 cv, [f64 max_latency_s], [f64 max_energy_j],
//   varint names, each varint length and bytes,
//   varint entries, each varint name of the split, varint name of the codec, varint batch,
//     3 f64 latency plane, [3 f64 value plane], [u8 known, 3 f64 energy plane when known],
//   u32 FNV-1a of all bytes before
//
// Without values the value is the latency. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/server_queue.h"

namespace splitbench {

struct CostPlane {
  double fixed = 0, per_x = 0, per_w = 0;

  double at(double x, double w) const { return fixed + per_x * x + per_w * w; }
  bool operator==(const CostPlane& o) const {
    return fixed == o.fixed && per_x == o.per_x && per_w == o.per_w;
  }
};

struct PolicyEntry {
  std::string split, codec;
  int batch = 1;
  CostPlane latency_s;
  CostPlane value;                    // of the objective; latency_s again for `latency`
  std::optional<CostPlane> energy_j;  // unset when it is unknown
};

struct PolicyTable {
  ServerQueue queue;
  std::optional<double> max_latency_s, max_energy_j;
  std::vector<PolicyEntry> entries;
};

constexpr std::size_t kNoEntry = static_cast<std::size_t>(-1);

// Whether an entry keeps the table's bounds at a point.
bool keeps_bounds(const PolicyTable& table, const PolicyEntry& entry, double x, double w);

// The best entry's index, or kNoEntry when nothing of that batch keeps the bounds there.
std::size_t best_entry(const PolicyTable& table, double x, double w, int batch);

// The same for a rate in bit/s, > 0, and a load that the queue takes (check_load).
std::size_t choose_entry(const PolicyTable& table, double rate_bps, double load, int batch = 1);

// Keeps to what it has chosen until another entry is better by `margin` (0.1: a tenth), so that a
// rate that wavers about a boundary does not make the device change all the time. Not thread-safe.
class SteadyChoice {
 public:
  // The table must outlive this.
  SteadyChoice(const PolicyTable& table, double margin) : table_(table), margin_(margin) {}

  // As choose_entry().
  std::size_t choose(double rate_bps, double load, int batch = 1);
  std::size_t switches() const { return switches_; }

 private:
  const PolicyTable& table_;
  double margin_;
  std::size_t current_ = kNoEntry;
  std::size_t switches_ = 0;
};

Bytes policy_bytes(const PolicyTable& table);
// Throws Error{kBadInput} naming `what` for anything but bytes as above: a wrong checksum, names or
// numbers out of range, numbers that are not finite, bytes left over.
PolicyTable parse_policy(ByteView bytes, const std::string& what);

}  // namespace splitbench
