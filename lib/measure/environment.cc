#include "measure/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace splitbench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;  // of any file in /proc or /sys
constexpr std::size_t kBlock = 4096;                     // most files have less

// The file's text without white space at its ends (a device-tree string ends in NUL).
std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text;
  char block[kBlock];
  while (text.size() < kMaxBytes && (file.read(block, sizeof block), file.gcount() > 0)) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
  }
  constexpr char kBlank[] = {' ', '\t', '\n', '\r', '\0'};
  const std::string blank(kBlank, sizeof kBlank);
  const std::size_t last = text.find_last_not_of(blank);
  if (last == std::string::npos) return std::nullopt;
  const std::size_t first = text.find_first_not_of(blank);
  return text.substr(first, last - first + 1);
}

// The number at the start of the text, such as "1800000" or "0.25 0.30 0.28".
template <typename Number>
std::optional<Number> leading_number(const std::optional<std::string>& text, int base = 10) {
  if (!text) return std::nullopt;
  Number value{};
  const char* end = text->data() + text->size();
  std::from_chars_result result{};
  if constexpr (std::is_floating_point_v<Number>) {
    result = std::from_chars(text->data(), end, value);
  } else {
    result = std::from_chars(text->data(), end, value, base);
  }
  return result.ec == std::errc() ? std::optional<Number>(value) : std::nullopt;
}

// Entries of a folder whose name is `prefix` and a number, in the order of that number.
std::vector<fs::path> numbered_entries(const fs::path& folder, const std::string& prefix) {
  std::vector<std::pair<long, fs::path>> found;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string digits = name.substr(std::min(prefix.size(), name.size()));
    const bool matches = name.compare(0, prefix.size(), prefix) == 0 && !digits.empty() &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
    if (matches) found.emplace_back(std::strtol(digits.c_str(), nullptr, 10), entry.path());
  }
  std::sort(found.begin(), found.end());
  std::vector<fs::path> paths;
  for (auto& [number, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::vector<fs::path> cpu_folders(const fs::path& root) {
  return numbered_entries(root / "sys/devices/system/cpu", "cpu");
}

// The value after "key : " of the first such line.
std::optional<std::string> field(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t end = line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    if (line.substr(0, end + 1) != key) continue;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    if (start != std::string::npos) return line.substr(start);
  }
  return std::nullopt;
}

// x86 has "model name"; ARM at best "Hardware" or "Model", at least the designer and part numbers.
std::string cpu_name(const std::string& cpuinfo) {
  for (const char* key : {"model name", "Hardware", "Model"}) {
    if (auto name = field(cpuinfo, key)) return *name;
  }
  const auto implementer = field(cpuinfo, "CPU implementer");
  const auto part = field(cpuinfo, "CPU part");
  if (!implementer) return "";
  return "implementer " + *implementer + (part ? " part " + *part : "");
}

// Lines "processor : <n>".
int count_processors(const std::string& cpuinfo) {
  int count = 0;
  std::istringstream lines(cpuinfo);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, 9, "processor") == 0 && line.find(':') != std::string::npos) ++count;
  }
  return count;
}

std::optional<std::string> governor(const fs::path& root) {
  std::set<std::string> governors;
  for (const fs::path& cpu : cpu_folders(root)) {
    if (const auto name = read_file(cpu / "cpufreq/scaling_governor")) governors.insert(*name);
  }
  if (governors.empty()) return std::nullopt;
  return governors.size() == 1 ? *governors.begin() : "mixed";
}

std::vector<double> frequencies_hz(const fs::path& root) {
  constexpr double kHzPerKhz = 1000;
  std::vector<double> frequencies;
  for (const fs::path& cpu : cpu_folders(root)) {
    const auto khz = leading_number<double>(read_file(cpu / "cpufreq/scaling_cur_freq"));
    if (khz) frequencies.push_back(*khz * kHzPerKhz);
  }
  return frequencies;
}

// Jetsons have a zone that says 100 degrees whatever happens (balena-os/balena-jetson issue 142).
bool is_no_thermometer(const fs::path& zone) { return read_file(zone / "type") == "PMIC-Die"; }

std::optional<double> hottest_zone_c(const fs::path& root) {
  constexpr double kMillidegrees = 1000;
  std::optional<double> hottest;
  for (const fs::path& zone : numbered_entries(root / "sys/class/thermal", "thermal_zone")) {
    if (is_no_thermometer(zone)) continue;
    const auto value = leading_number<double>(read_file(zone / "temp"));
    if (value) hottest = std::max(hottest.value_or(*value / kMillidegrees), *value / kMillidegrees);
  }
  return hottest;
}

// The Raspberry Pi firmware's word: bits 0 to 3 are under-voltage, frequency cap, throttling and
// soft temperature limit, as they are now.
std::optional<unsigned> throttled_word(const fs::path& root) {
  return leading_number<unsigned>(
      read_file(root / "sys/devices/platform/soc/soc:firmware/get_throttled"), 16);
}

std::optional<bool> throttled_now(std::optional<unsigned> word) {
  constexpr unsigned kNowBits = 0xf;
  return word ? std::optional<bool>((*word & kNowBits) != 0) : std::nullopt;
}

std::optional<std::string> board(const fs::path& root) {
  if (auto model = read_file(root / "sys/firmware/devicetree/base/model")) return model;
  return read_file(root / "sys/class/dmi/id/product_name");
}

std::uint64_t memory_bytes(const fs::path& root) {
  constexpr std::uint64_t kBytesPerKib = 1024;
  const auto total = field(read_file(root / "proc/meminfo").value_or(""), "MemTotal");
  return leading_number<std::uint64_t>(total).value_or(0) * kBytesPerKib;
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = "";
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string kernel_version() {
  utsname names{};
  if (uname(&names) != 0) return "";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

}  // namespace

Environment probe_environment(const std::string& root_folder) {
  const fs::path root = root_folder;
  const std::string cpuinfo = read_file(root / "proc/cpuinfo").value_or("");
  Environment machine;
  machine.host = host_name();
  machine.board = board(root);
  machine.kernel = kernel_version();
  machine.cpu = cpu_name(cpuinfo);
  machine.cpus = count_processors(cpuinfo);
  machine.governor = governor(root);
  machine.frequencies_hz = frequencies_hz(root);
  machine.temperature_c = hottest_zone_c(root);
  machine.throttled_bits = throttled_word(root);
  machine.throttled = throttled_now(machine.throttled_bits);
  machine.load_average = leading_number<double>(read_file(root / "proc/loadavg"));
  machine.memory_bytes = memory_bytes(root);
  return machine;
}

std::optional<std::uint64_t> throttle_count(const std::string& root) {
  std::optional<std::uint64_t> total;
  for (const fs::path& cpu : cpu_folders(root)) {
    const auto count =
        leading_number<std::uint64_t>(read_file(cpu / "thermal_throttle/core_throttle_count"));
    if (count) total = total.value_or(0) + *count;
  }
  return total;
}

}  // namespace splitbench
