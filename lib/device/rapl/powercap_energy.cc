#include "device/rapl/powercap_energy.h"

#include "base/clock.h"
#include "device/meter_factory.h"
#include "device/sysfs.h"
#include "device/wrapping_counter.h"

namespace splitbench {
namespace {

constexpr double kMicro = 1e-6;
constexpr double kUsualQuantumJ = 61e-6;  // 2^-14 J, the unit of most Intel processors

struct Zone {
  std::string name, folder;
};

bool begins(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// Top-level zones and, below packages, theirs. A package's core and uncore are part of it; its DRAM
// is not.
std::vector<Zone> zones_below(const std::string& root) {
  std::vector<Zone> zones;
  for (const std::string& folder : sysfs_entries(root + "/sys/class/powercap", "intel-rapl:")) {
    if (const auto name = sysfs_text(folder + "/name")) zones.push_back({*name, folder});
  }
  return zones;
}

bool belongs(const std::string& name, RaplDomain domain) {
  if (domain == RaplDomain::kPsys) return name == "psys";
  if (begins(name, "package-")) return true;
  return domain == RaplDomain::kPackageAndDram && name == "dram";
}

class Counter {
 public:
  explicit Counter(const Zone& zone)
      : file_(zone.folder + "/energy_uj"),
        counter_(zone.name, file_.read() * kMicro,
                 sysfs_number(zone.folder + "/max_energy_range_uj").value_or(0) * kMicro),
        read_s_(monotonic_s()) {}

  double joules() {
    const double value = file_.read() * kMicro;
    const double now_s = monotonic_s();
    const double elapsed_s = now_s - read_s_;
    read_s_ = now_s;
    return counter_.add(value, elapsed_s);
  }

 private:
  SysfsValue file_;
  WrappingCounter counter_;
  double read_s_;
};

class PowercapSensor : public Sensor {
 public:
  explicit PowercapSensor(std::vector<Counter> counters) : counters_(std::move(counters)) {}

  double read() override {
    double joules = 0;
    for (Counter& counter : counters_) joules += counter.joules();
    return joules;
  }

 private:
  std::vector<Counter> counters_;
};

}  // namespace

std::vector<std::string> powercap_domains(const std::string& root) {
  std::vector<std::string> names;
  for (const Zone& zone : zones_below(root)) names.push_back(zone.name);
  return names;
}

RaplSensor open_powercap(const std::string& root, RaplDomain domain) {
  std::vector<Counter> counters;
  std::string names, known;
  for (const Zone& zone : zones_below(root)) {
    known += (known.empty() ? "" : ", ") + zone.name;
    if (!belongs(zone.name, domain)) continue;
    counters.emplace_back(zone);
    names += (names.empty() ? "" : " + ") + zone.name;
  }
  if (known.empty()) throw missing("no RAPL below " + root + "/sys/class/powercap");
  if (counters.empty()) {
    throw missing("RAPL has no such domain here; there are: " + known);
  }
  const double quantum_j = kUsualQuantumJ * static_cast<double>(counters.size());
  return {names + " (powercap)", std::make_unique<PowercapSensor>(std::move(counters)), quantum_j};
}

}  // namespace splitbench
