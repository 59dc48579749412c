// The versioned inputs in profiles/: models, links and devices that can be named without a path.
//
// A library folder holds one folder a kind ("models", "links", "devices") with a `<name>.json` for
// every entry.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace splitbench {

// Existing library folders, in the order they are searched: those of the environment variable
// SPLITBENCH_PROFILES (separated by ':'), then, relative to the folder of `executable`,
// ../profiles, ../../profiles and ../share/splitbench/profiles.
std::vector<std::string> profile_folders(const std::string& executable);

// The first `<folder>/<kind>/<name>.json` that exists. A name with a '/' is never found.
std::optional<std::string> find_named(const std::string& kind, const std::string& name,
                                      const std::vector<std::string>& folders);

// All names of a kind, sorted and unique. Names with a '.' are left out: `<name>.log.json` is a
// record that lies beside the entry `<name>`, not an entry.
std::vector<std::string> list_named(const std::string& kind,
                                    const std::vector<std::string>& folders);

}  // namespace splitbench
