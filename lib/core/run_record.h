// The envelope around every document: who ran what, where, on which inputs, and whether to trust
// it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace splitbench {

struct InputFile {
  std::string path;
  std::string sha256;
};

// The machine as it was found. Unset means the machine does not tell.
struct Environment {
  std::string host;
  std::optional<std::string> board;  // device-tree or DMI model
  std::string kernel;
  std::string cpu;
  int cpus = 0;                         // online logical CPUs
  std::optional<std::string> governor;  // cpufreq governor, all CPUs ("performance" or "mixed")
  std::vector<double> frequencies_hz;   // current, per CPU; empty when unknown
  std::optional<double> temperature_c;  // hottest thermal zone
  std::optional<bool> throttled;
  std::optional<unsigned> throttled_bits = {};  // the Raspberry Pi firmware's word
  std::optional<double> load_average;           // one minute
  std::uint64_t memory_bytes = 0;
};

// Whether the numbers of a run may be believed, with a reason for every doubt.
struct Validity {
  bool valid = true;
  std::vector<std::string> reasons;
};

struct RunRecord {
  std::vector<std::string> argv;
  std::string utc;
  Environment environment;
  int threads = 1;
  std::map<std::string, std::string> libraries;  // name -> version
  std::string build_type;
  std::uint64_t seed = 0;
  std::vector<InputFile> inputs;
  std::vector<std::string> warnings;
  Validity validity;
};

}  // namespace splitbench
