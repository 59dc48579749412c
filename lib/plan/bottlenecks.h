// Natural bottlenecks: the splits that dynamic split computing chooses among.
//
// Published (arXiv 2205.11269): block ends whose elements are fewer than the input's and than those
// of every earlier one (core/split.h). By bytes: the same record sequence over what really crosses:
// the least mean payload of a split's candidates that keep the bound on accuracy, against that of
// the input (at server-only, else its raw tensor). A later split without fewer bytes costs more
// time on the device and none less on the link; it can win where a slow device's codec is what
// counts, or where the server is the slower side. Pure functions; thread-safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/plan.h"

namespace splitbench {

// The ids of a scope but kAll, device-only and server-only among them. `candidates` have their
// estimates; `device` lists its splits from input to output.
std::set<std::string> splits_of_scope(SplitScope scope, const Profile& device,
                                      const std::vector<Candidate>& candidates,
                                      const Constraints& constraints);

// Takes the estimate from candidates outside the scope, and says why.
void restrict_to_scope(std::vector<Candidate>& candidates, const PlanRequest& request);

// `all`, `natural` or `natural-bytes`; throws Error{kBadInput} for anything else.
SplitScope parse_scope(const std::string& text);

}  // namespace splitbench
