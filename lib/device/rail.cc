#include "device/rail.h"

#include <algorithm>

#include "base/nearest.h"

namespace splitbench {
namespace {

constexpr double kMilliMilli = 1e-6;  // mV times mA

}  // namespace

std::string rail_names(const std::vector<Rail>& rails) {
  std::string text;
  for (const Rail& rail : rails) {
    text += (text.empty() ? "" : ", ") + rail.name + " (" + rail.place + ")";
  }
  return text;
}

Rail choose_rail(const std::vector<Rail>& rails, const std::string& wanted,
                 const std::vector<std::string>& totals, const std::string& spec) {
  std::vector<Rail> chosen;
  std::vector<std::string> names;
  for (const Rail& rail : rails) {
    names.push_back(rail.name);
    const bool total = std::find(totals.begin(), totals.end(), rail.name) != totals.end();
    if (wanted.empty() ? totals.empty() || total : rail.name == wanted) chosen.push_back(rail);
  }
  if (chosen.size() == 1) return chosen.front();
  if (!wanted.empty() && chosen.empty()) {
    throw bad_input("no rail '" + wanted + "'" + suggestion(wanted, names));
  }
  const std::string several = wanted.empty() && chosen.empty()
                                  ? "none of which is known to carry the whole board"
                                  : "several of which would do";
  throw missing("there are the rails " + rail_names(rails) + ", " + several +
                ", and their sum would count some power twice; choose one with " + spec);
}

RailSensor::RailSensor(const Rail& rail) : scale_(rail.power_scale) {
  if (!rail.power_path.empty()) {
    files_.emplace_back(rail.power_path);
    return;
  }
  files_.emplace_back(rail.voltage_path);
  files_.emplace_back(rail.current_path);
  scale_ = kMilliMilli;
}

double RailSensor::read() {
  double product = scale_;
  for (const SysfsValue& file : files_) product *= file.read();
  if (product >= 0) return product;
  throw missing("'" + files_.back().path() + "' gives " + format_number(product) +
                " W, a power below 0: is the shunt connected the wrong way round?");
}

}  // namespace splitbench
