#include "core/policy_table.h"

#include <cmath>
#include <cstring>
#include <map>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::uint8_t kMagic[] = {'S', 'B', 'P', 'T'};
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kValues = 1, kEnergies = 2, kMaxLatency = 4, kMaxEnergy = 8;
constexpr std::size_t kMaxCount = 65536;
constexpr std::size_t kMaxName = 4096;
constexpr std::size_t kChecksumBytes = 4;

std::uint32_t fnv1a(ByteView bytes) {
  std::uint32_t hash = 2166136261u;
  for (std::size_t i = 0; i < bytes.size; ++i) hash = (hash ^ bytes.data[i]) * 16777619u;
  return hash;
}

void put(ByteWriter& writer, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  writer.u32(static_cast<std::uint32_t>(bits));
  writer.u32(static_cast<std::uint32_t>(bits >> 32));
}

void put(ByteWriter& writer, const CostPlane& plane) {
  put(writer, plane.fixed);
  put(writer, plane.per_x);
  put(writer, plane.per_w);
}

// The names of all entries, each once, in order of first use.
std::vector<std::string> names_of(const PolicyTable& table,
                                  std::map<std::string, std::size_t>& at) {
  std::vector<std::string> names;
  for (const PolicyEntry& entry : table.entries) {
    for (const std::string& name : {entry.split, entry.codec}) {
      if (at.emplace(name, names.size()).second) names.push_back(name);
    }
  }
  return names;
}

std::uint8_t flags_of(const PolicyTable& table) {
  std::uint8_t flags = 0;
  if (table.max_latency_s) flags |= kMaxLatency;
  if (table.max_energy_j) flags |= kMaxEnergy;
  for (const PolicyEntry& entry : table.entries) {
    if (!(entry.value == entry.latency_s)) flags |= kValues;
    if (entry.energy_j) flags |= kEnergies;
  }
  return flags;
}

class PolicyReader {
 public:
  PolicyReader(ByteView bytes, const std::string& what) : in_(bytes, what), what_(what) {}

  PolicyTable read() {
    PolicyTable table;
    read_header(table);
    read_names();
    const std::size_t count = counted("entries");
    for (std::size_t i = 0; i < count; ++i) table.entries.push_back(entry());
    in_.expect_end();
    return table;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw bad_input(what_ + ": " + problem);
  }

  double number() {
    const std::uint64_t low = in_.u32();
    const std::uint64_t bits = low | static_cast<std::uint64_t>(in_.u32()) << 32;
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) fail("holds a number that is not finite");
    return value;
  }

  CostPlane plane() {
    CostPlane plane;
    plane.fixed = number();
    plane.per_x = number();
    plane.per_w = number();
    return plane;
  }

  std::size_t counted(const char* of_what) {
    const std::uint64_t count = in_.varint();
    if (count > kMaxCount) fail("has " + std::to_string(count) + " " + of_what);
    return static_cast<std::size_t>(count);
  }

  void read_header(PolicyTable& table) {
    for (const std::uint8_t byte : kMagic) {
      if (in_.u8() != byte) fail("is no policy table");
    }
    const int version = in_.u8();
    if (version != kVersion) fail("has version " + std::to_string(version) + ", this reads 1");
    flags_ = in_.u8();
    if (flags_ >= 2 * kMaxEnergy) fail("has unknown flags");
    const int kind = in_.u8();
    if (kind > static_cast<int>(QueueKind::kMultiplier)) fail("has an unknown queue");
    table.queue.kind = static_cast<QueueKind>(kind);
    table.queue.service_cv = number();
    if (table.queue.service_cv < 0) fail("has a negative cv");
    if ((flags_ & kMaxLatency) != 0) table.max_latency_s = number();
    if ((flags_ & kMaxEnergy) != 0) table.max_energy_j = number();
  }

  void read_names() {
    const std::size_t count = counted("names");
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t length = in_.varint();
      if (length > kMaxName) fail("has a name of " + std::to_string(length) + " bytes");
      const ByteView text = in_.raw(static_cast<std::size_t>(length));
      names_.emplace_back(reinterpret_cast<const char*>(text.data), text.size);
    }
  }

  const std::string& name() {
    const std::uint64_t index = in_.varint();
    if (index >= names_.size()) fail("names " + std::to_string(index) + ", which it does not have");
    return names_[static_cast<std::size_t>(index)];
  }

  PolicyEntry entry() {
    PolicyEntry entry;
    entry.split = name();
    entry.codec = name();
    const std::uint64_t batch = in_.varint();
    if (batch < 1 || batch > kMaxCount) fail("has a batch of " + std::to_string(batch));
    entry.batch = static_cast<int>(batch);
    entry.latency_s = plane();
    entry.value = (flags_ & kValues) != 0 ? plane() : entry.latency_s;
    if ((flags_ & kEnergies) != 0) {
      const int known = in_.u8();
      if (known > 1) fail("has an energy that is neither known nor unknown");
      if (known == 1) entry.energy_j = plane();
    }
    return entry;
  }

  ByteReader in_;
  const std::string& what_;
  std::uint8_t flags_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

bool keeps_bounds(const PolicyTable& table, const PolicyEntry& entry, double x, double w) {
  if (table.max_latency_s && entry.latency_s.at(x, w) > *table.max_latency_s) return false;
  if (!table.max_energy_j) return true;
  return entry.energy_j && entry.energy_j->at(x, w) <= *table.max_energy_j;
}

std::size_t best_entry(const PolicyTable& table, double x, double w, int batch) {
  std::size_t best = kNoEntry;
  double best_value = 0;
  double best_latency_s = 0;
  for (std::size_t i = 0; i < table.entries.size(); ++i) {
    const PolicyEntry& entry = table.entries[i];
    if (entry.batch != batch) continue;
    const double value = entry.value.at(x, w);
    if (best != kNoEntry && value > best_value) continue;
    const double latency_s = entry.latency_s.at(x, w);
    if (!keeps_bounds(table, entry, x, w)) continue;
    if (best != kNoEntry && value == best_value && latency_s >= best_latency_s) continue;
    best = i;
    best_value = value;
    best_latency_s = latency_s;
  }
  return best;
}

std::size_t choose_entry(const PolicyTable& table, double rate_bps, double load, int batch) {
  return best_entry(table, 1 / rate_bps, waiting_factor(table.queue, load), batch);
}

std::size_t SteadyChoice::choose(double rate_bps, double load, int batch) {
  const double x = 1 / rate_bps;
  const double w = waiting_factor(table_.queue, load);
  const std::size_t best = best_entry(table_, x, w, batch);
  if (best == current_ || best == kNoEntry) return best;
  if (current_ != kNoEntry && table_.entries[current_].batch == batch) {
    const PolicyEntry& now = table_.entries[current_];
    const double value = now.value.at(x, w);
    const bool worth_it = table_.entries[best].value.at(x, w) < value - margin_ * std::abs(value);
    if (!worth_it && keeps_bounds(table_, now, x, w)) return current_;
  }
  if (current_ != kNoEntry) ++switches_;
  current_ = best;
  return best;
}

Bytes policy_bytes(const PolicyTable& table) {
  ByteWriter out;
  const std::uint8_t flags = flags_of(table);
  out.raw({kMagic, sizeof kMagic});
  out.u8(kVersion);
  out.u8(flags);
  out.u8(static_cast<std::uint8_t>(table.queue.kind));
  put(out, table.queue.service_cv);
  if (table.max_latency_s) put(out, *table.max_latency_s);
  if (table.max_energy_j) put(out, *table.max_energy_j);
  std::map<std::string, std::size_t> at;
  const std::vector<std::string> names = names_of(table, at);
  out.varint(names.size());
  for (const std::string& name : names) {
    out.varint(name.size());
    out.raw({name.data(), name.size()});
  }
  out.varint(table.entries.size());
  for (const PolicyEntry& entry : table.entries) {
    out.varint(at[entry.split]);
    out.varint(at[entry.codec]);
    out.varint(static_cast<std::uint64_t>(entry.batch));
    put(out, entry.latency_s);
    if ((flags & kValues) != 0) put(out, entry.value);
    if ((flags & kEnergies) == 0) continue;
    out.u8(entry.energy_j ? 1 : 0);
    if (entry.energy_j) put(out, *entry.energy_j);
  }
  out.u32(fnv1a(out.bytes()));
  return out.take();
}

PolicyTable parse_policy(ByteView bytes, const std::string& what) {
  if (bytes.size < kChecksumBytes) throw bad_input(what + ": is no policy table");
  const ByteView content(bytes.data, bytes.size - kChecksumBytes);
  PolicyTable table = PolicyReader(content, what).read();
  ByteReader end({bytes.data + content.size, kChecksumBytes}, what);
  if (end.u32() != fnv1a(content)) throw bad_input(what + ": its checksum is wrong");
  return table;
}

}  // namespace splitbench
