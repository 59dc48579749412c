// The energy counters of Intel and AMD processors as powercap shows them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/meter.h"

namespace splitbench {

// Which of a processor's counters: those of a choice never count the same joule twice.
enum class RaplDomain { kPsys, kPackage, kPackageAndDram };

struct RaplSensor {
  std::string rail;  // "package-0 + package-1 (powercap)"
  std::unique_ptr<Sensor> sensor;
  double quantum_j = 0;
};

// The domains there are below `root`: "psys", "package-0", "dram" ... Folders of the kind
// intel-rapl-mmio, which show a package a second time, are left out.
std::vector<std::string> powercap_domains(const std::string& root);

// Throws Error{kMissingMeasurement} when the domain is not there or not readable.
RaplSensor open_powercap(const std::string& root, RaplDomain domain);

}  // namespace splitbench
