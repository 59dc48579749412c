// Short forms of canonical specs for tables: canonical forms carry every option, and most of them
// are the same in every row.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace splitbench {

// For each spec the form that leaves out the options which all specs of the same name in `specs`
// share: of quant:bits=2:level=3 and quant:bits=4:level=3 only the bits are left. A
// file goes by its stem where no other file of that option has the same. A spec that is the only
// one of its name keeps its options; what does not parse stays as it is. Pure; thread-safe.
std::map<std::string, std::string> spec_labels(const std::vector<std::string>& specs);

}  // namespace splitbench
