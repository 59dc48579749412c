#include "device/rapl/perf_energy.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "device/meter_factory.h"
#include "device/sysfs.h"

namespace splitbench {
namespace {

constexpr char kFolder[] = "/sys/bus/event_source/devices/power";
constexpr int kMaxCpus = 4096;

class PerfCounter {
 public:
  PerfCounter(unsigned type, const PerfEvent& event, int cpu)
      : joules_per_count_(event.joules_per_count) {
    perf_event_attr attributes{};
    attributes.type = type;
    attributes.size = sizeof attributes;
    attributes.config = event.config;
    const long opened = syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, 0UL);
    descriptor_ = static_cast<int>(opened);
    if (descriptor_ >= 0) return;
    throw missing(std::string("the kernel refuses RAPL's perf events: ") + std::strerror(errno) +
                  "; run as root, or: sysctl kernel.perf_event_paranoid=0");
  }
  ~PerfCounter() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  PerfCounter(PerfCounter&& other) noexcept
      : joules_per_count_(other.joules_per_count_),
        descriptor_(std::exchange(other.descriptor_, -1)) {}
  PerfCounter(const PerfCounter&) = delete;
  PerfCounter& operator=(const PerfCounter&) = delete;
  PerfCounter& operator=(PerfCounter&&) = delete;

  double joules() const {
    std::uint64_t count = 0;
    if (::read(descriptor_, &count, sizeof count) != static_cast<ssize_t>(sizeof count)) {
      throw missing(std::string("cannot read RAPL's perf event: ") + std::strerror(errno));
    }
    return static_cast<double>(count) * joules_per_count_;
  }

 private:
  double joules_per_count_;
  int descriptor_ = -1;
};

class PerfSensor : public Sensor {
 public:
  explicit PerfSensor(std::vector<PerfCounter> counters) : counters_(std::move(counters)) {}

  double read() override {
    double joules = 0;
    for (const PerfCounter& counter : counters_) joules += counter.joules();
    return joules;
  }

 private:
  std::vector<PerfCounter> counters_;
};

std::string required_text(const std::string& path) {
  const auto text = sysfs_text(path);
  if (!text) throw missing("no RAPL perf event here: '" + path + "' is missing");
  return *text;
}

}  // namespace

PerfEvent parse_perf_event(const std::string& event, const std::string& scale) {
  const std::string prefix = "event=0x";
  PerfEvent parsed;
  const char* end = event.data() + event.size();
  const bool hexadecimal = event.compare(0, prefix.size(), prefix) == 0;
  const char* digits = event.data() + (hexadecimal ? prefix.size() : 0);
  const auto config = std::from_chars(digits, end, parsed.config, 16);
  const char* scale_end = scale.data() + scale.size();
  const auto factor = std::from_chars(scale.data(), scale_end, parsed.joules_per_count);
  const bool understood = hexadecimal && config.ec == std::errc() && config.ptr == end &&
                          factor.ec == std::errc() && factor.ptr == scale_end &&
                          std::isfinite(parsed.joules_per_count) && parsed.joules_per_count > 0;
  if (!understood) {
    throw missing("RAPL's perf event '" + event + "' with scale '" + scale + "' is not understood");
  }
  return parsed;
}

std::vector<int> parse_cpu_list(const std::string& list) {
  std::vector<int> cpus;
  const char* at = list.data();
  const char* end = at + list.size();
  while (at != end) {
    int first = 0, last = 0;
    auto result = std::from_chars(at, end, first);
    last = first;
    if (result.ec == std::errc() && result.ptr != end && *result.ptr == '-') {
      result = std::from_chars(result.ptr + 1, end, last);
    }
    const bool sound = result.ec == std::errc() && first >= 0 && last >= first && last < kMaxCpus &&
                       (result.ptr == end || *result.ptr == ',');
    if (!sound) throw missing("'" + list + "' is no list of CPUs");
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    at = result.ptr == end ? end : result.ptr + 1;
  }
  return cpus;
}

RaplSensor open_perf_energy(RaplDomain domain) {
  const std::string folder = kFolder;
  std::vector<std::string> names = {domain == RaplDomain::kPsys ? "energy-psys" : "energy-pkg"};
  if (domain == RaplDomain::kPackageAndDram) names.push_back("energy-ram");
  const auto type = static_cast<unsigned>(parse_integer(required_text(folder + "/type"), folder));
  const std::vector<int> cpus = parse_cpu_list(required_text(folder + "/cpumask"));
  std::vector<PerfCounter> counters;
  std::string rail;
  double quantum_j = 0;
  for (const std::string& name : names) {
    const PerfEvent event = parse_perf_event(required_text(folder + "/events/" + name),
                                             required_text(folder + "/events/" + name + ".scale"));
    // What the processor counts in is 2^-14 J on most; perf's own unit is finer.
    quantum_j += 61e-6 * static_cast<double>(cpus.size());
    for (const int cpu : cpus) counters.emplace_back(type, event, cpu);
    rail += (rail.empty() ? "" : " + ") + name;
  }
  return {rail + " (perf)", std::make_unique<PerfSensor>(std::move(counters)), quantum_j};
}

}  // namespace splitbench
