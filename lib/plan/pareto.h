// The Pareto front of a plan's candidates, and its knee.
//
// The knee is the point of the front closest to the ideal: every quantity is scaled so that its
// best value on the front is 0 and its worst 1, and the Euclidean distance to (0, ..., 0) decides
// (compromise programming: Zeleny, Multiple Criteria Decision Making, 1982). A quantity in which
// all are equal does not count. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "core/plan.h"

namespace splitbench {

using CandidatePointers = std::vector<const Candidate*>;

// Indices into `candidates` of those that none dominates in these quantities, ascending. One to
// three quantities, which every candidate has. O(n log n + n * result).
std::vector<std::size_t> pareto_front(const CandidatePointers& candidates,
                                      const std::vector<Quantity>& quantities);

// The indices of `front` (of the same quantities) closest to the ideal: one, or several when tied.
std::vector<std::size_t> knees(const CandidatePointers& candidates,
                               const std::vector<std::size_t>& front,
                               const std::vector<Quantity>& quantities);

}  // namespace splitbench
