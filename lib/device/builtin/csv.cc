// A power meter beside the board whose log is a CSV file: USB testers, source meters, Otii,
// Joulescope and the like. Its clock is not ours; the measuring code finds its log's place in the
// run by the load that the run itself made (measure/log_alignment.h).
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "device/meter_factory.h"
#include "device/meter_log.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 20;

class CsvMeterFile : public MeterFile {
 public:
  explicit CsvMeterFile(const Spec& spec)
      : path_(spec.options.at("file")),
        time_(spec.options.at("time")),
        power_(spec.options.at("power")),
        wait_s_(parse_number(spec.options.at("wait"), "csv:wait")) {}

  std::vector<MeterReading> read() override {
    std::ifstream file(path_, std::ios::binary);
    if (!file) throw bad_input("cannot read '" + path_ + "': " + std::strerror(errno));
    std::string text;
    char block[1 << 16];
    while (file.read(block, sizeof block), file.gcount() > 0) {
      text.append(block, static_cast<std::size_t>(file.gcount()));
      if (text.size() > kMaxBytes) {
        throw bad_input("'" + path_ + "' is larger than " + std::to_string(kMaxBytes) + " bytes");
      }
    }
    // The logger may be in the middle of a line.
    const std::size_t end = text.rfind('\n');
    text.resize(end == std::string::npos ? 0 : end + 1);
    return parse_meter_log(text, path_, time_, power_);
  }
  double wait_s() const override { return wait_s_; }

 private:
  std::string path_, time_, power_;
  double wait_s_;
};

Meter open(const Spec& spec, const MeterContext&) {
  Meter meter;
  meter.info.rail = spec.options.at("file");
  meter.info.update_period_s = option_or(spec, "period", 0);
  meter.info.quantum = option_or(spec, "quantum", 0);
  meter.file = std::make_unique<CsvMeterFile>(spec);
  meter.file->read();  // what is there so far must be such a log
  return meter;
}

OptionDescription with_default(OptionDescription option, std::string value) {
  option.default_value = std::move(value);
  return option;
}

}  // namespace

MeterFactory csv_meter() {
  MeterDescription description;
  description.name = "csv";
  description.summary = "a power meter beside the board that logs to a CSV file meanwhile";
  description.options = sensor_options();
  description.options.push_back(name_option("file", "the log; it grows while we run", true));
  description.options.push_back(
      with_default(name_option("time", "the column of seconds, of any clock"), "time_s"));
  description.options.push_back(
      with_default(name_option("power", "the column of watts"), "power_w"));
  OptionDescription wait;
  wait.name = "wait";
  wait.type = OptionType::kReal;
  wait.default_value = "10";
  wait.maximum = 86400;
  wait.help = "seconds to wait at the end for the log to catch up, or to be copied here";
  description.options.push_back(wait);
  description.quantity = "power";
  description.update_rate = "the median distance of its rows";
  description.quantisation = "none unless told by quantum";
  return {description, open};
}

}  // namespace splitbench
