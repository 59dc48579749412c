// RAPL, the energy counters that Intel and AMD processors keep: of the platform where there is
// psys, else of the packages, which is not the whole machine.
#include "base/error.h"
#include "device/meter_factory.h"
#include "device/rapl/perf_energy.h"
#include "device/rapl/powercap_energy.h"

namespace splitbench {
namespace {

constexpr double kPeriodS =
    1e-3;  // Intel SDM vol. 3B: counters are updated about every millisecond

RaplSensor open_domain(const std::string& interface, const MeterContext& context,
                       RaplDomain domain) {
  // perf events are those of the running machine and never of a recorded tree.
  const bool may_perf = context.root.empty() && interface != "powercap";
  if (interface == "perf" && !may_perf) {
    throw missing("perf events cannot be replayed from " + context.root +
                  "; use rapl:interface=powercap");
  }
  if (interface == "perf") return open_perf_energy(domain);
  try {
    return open_powercap(context.root, domain);
  } catch (const Error& powercap) {
    if (!may_perf) throw;
    try {
      return open_perf_energy(domain);
    } catch (const Error& perf) {
      throw missing(std::string(powercap.what()) + "; and " + perf.what());
    }
  }
}

RaplDomain widest_domain(const MeterContext& context) {
  for (const std::string& name : powercap_domains(context.root)) {
    if (name == "psys") return RaplDomain::kPsys;
  }
  return RaplDomain::kPackage;
}

Meter open(const Spec& spec, const MeterContext& context) {
  const std::string& wanted = spec.options.at("domain");
  const RaplDomain domain = wanted == "psys"           ? RaplDomain::kPsys
                            : wanted == "package"      ? RaplDomain::kPackage
                            : wanted == "package-dram" ? RaplDomain::kPackageAndDram
                                                       : widest_domain(context);
  RaplSensor rapl = open_domain(spec.options.at("interface"), context, domain);
  Meter meter;
  meter.info.rail = rapl.rail;
  meter.info.quantity = MeterQuantity::kEnergy;
  meter.info.update_period_s = option_or(spec, "period", kPeriodS);
  meter.info.quantum = option_or(spec, "quantum", rapl.quantum_j);
  meter.sensor = std::move(rapl.sensor);
  meter.sensor->read();
  return meter;
}

OptionDescription choice(const char* name, std::vector<std::string> choices, const char* help) {
  OptionDescription option;
  option.name = name;
  option.type = OptionType::kChoice;
  option.default_value = choices.front();
  option.choices = std::move(choices);
  option.help = help;
  return option;
}

}  // namespace

MeterFactory rapl_meter() {
  MeterDescription description;
  description.name = "rapl";
  description.summary = "the energy counters of Intel and AMD processors: psys, else the packages";
  description.options = sensor_options();
  description.options.push_back(
      choice("domain", {"auto", "psys", "package", "package-dram"},
             "what is counted; auto: psys (the platform), else all packages"));
  description.options.push_back(
      choice("interface", {"auto", "powercap", "perf"}, "auto: powercap, else perf events"));
  description.quantity = "energy";
  description.update_rate = "1 ms";
  description.quantisation = "61 uJ a counter";
  return {description, open};
}

}  // namespace splitbench
