#include "measure/thermals.h"

#include <charconv>
#include <cstdio>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "base/spec.h"
#include "measure/environment.h"

namespace splitbench {

std::optional<unsigned> parse_throttled(const std::string& text) {
  const std::string prefix = "throttled=0x";
  if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  unsigned word = 0;
  const char* digits = text.data() + prefix.size();
  const auto result = std::from_chars(digits, text.data() + text.size(), word, 16);
  return result.ec == std::errc() ? std::optional<unsigned>(word) : std::nullopt;
}

std::optional<unsigned> ask_vcgencmd() {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(
      popen("vcgencmd get_throttled 2>/dev/null", "r"), pclose);
  char line[64] = "";
  if (!output || std::fgets(line, sizeof line, output.get()) == nullptr) return std::nullopt;
  return parse_throttled(line);
}

ThermalSample read_thermals(const std::string& root) {
  const Environment machine = probe_environment(root);
  ThermalSample sample;
  sample.temperature_c = machine.temperature_c;
  sample.throttled_bits = machine.throttled_bits;
  const std::vector<double>& clocks = machine.frequencies_hz;
  if (!clocks.empty()) {
    sample.frequency_hz =
        std::accumulate(clocks.begin(), clocks.end(), 0.0) / static_cast<double>(clocks.size());
  }
  return sample;
}

double wait_until_cool(double max_c, double patience_s, const ThermalProbe& probe, Clock& clock) {
  constexpr double kAskAgainS = 1;
  const double start_s = clock.now_s();
  for (;;) {
    const std::optional<double> now_c = probe().temperature_c;
    if (!now_c) {
      throw Error(ErrorCode::kMissingMeasurement,
                  "--max-temp: nothing tells the temperature of this machine");
    }
    const double waited_s = clock.now_s() - start_s;
    if (*now_c <= max_c) return waited_s;
    if (waited_s >= patience_s) {
      throw runtime_failure("--max-temp: still at " + format_number(*now_c) + " degrees C after " +
                            format_number(waited_s) + " s, above " + format_number(max_c) +
                            "; cool the board or allow more");
    }
    clock.sleep_s(kAskAgainS);
  }
}

}  // namespace splitbench
