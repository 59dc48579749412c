// From profiles and cells to candidates: everything a plan can choose from, estimated.
#pragma once

#include <vector>

#include "core/plan.h"

namespace splitbench {

// Throws Error{kBadInput} with both sides named when the profiles and cells are not of one model
// (SHA-256), its input differs, a profile is of another batch, the trace never has a rate, or link,
// load, batch or scales are out of range.
void check_request(const PlanRequest& request);

// The head of a cell with a bottleneck is that of its encoder's split, none when that is the
// network's input; its tail is that of the cell's split, which a fine-tuned one costs as well.
//
// device-only first, then one candidate for each cell in order (the cells of device-only are the
// first candidate). One that cannot be estimated (failed cell, split missing in a profile or of
// other boundary bytes there) has no estimate and says why in rejected_because. Requires a checked
// request.
std::vector<Candidate> enumerate_candidates(const PlanRequest& request);

}  // namespace splitbench
