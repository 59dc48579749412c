#include "plan/pareto.h"

#include <algorithm>
#include <limits>

#include "core/front.h"

namespace splitbench {
namespace {

double value_of(const Candidate& candidate, Quantity quantity) {
  return *quantity_of(*candidate.estimate, quantity);
}

}  // namespace

std::vector<std::size_t> pareto_front(const CandidatePointers& candidates,
                                      const std::vector<Quantity>& quantities) {
  std::vector<Objectives> points;
  points.reserve(candidates.size());
  for (const Candidate* candidate : candidates) {
    Objectives point;
    point.a = value_of(*candidate, quantities.at(0));
    if (quantities.size() > 1) point.b = value_of(*candidate, quantities[1]);
    if (quantities.size() > 2) point.c = value_of(*candidate, quantities[2]);
    points.push_back(point);
  }
  return non_dominated(points);
}

std::vector<std::size_t> knees(const CandidatePointers& candidates,
                               const std::vector<std::size_t>& front,
                               const std::vector<Quantity>& quantities) {
  std::vector<double> distances(front.size(), 0);
  for (const Quantity quantity : quantities) {
    Interval range = {std::numeric_limits<double>::infinity(),
                      -std::numeric_limits<double>::infinity()};
    for (const std::size_t i : front) {
      const double value = value_of(*candidates[i], quantity);
      range = {std::min(range.low, value), std::max(range.high, value)};
    }
    if (!(range.high > range.low)) continue;
    for (std::size_t k = 0; k < front.size(); ++k) {
      const double scaled =
          (value_of(*candidates[front[k]], quantity) - range.low) / (range.high - range.low);
      distances[k] += scaled * scaled;
    }
  }
  std::vector<std::size_t> closest;
  if (front.empty()) return closest;
  const double least = *std::min_element(distances.begin(), distances.end());
  for (std::size_t k = 0; k < front.size(); ++k) {
    if (distances[k] == least) closest.push_back(front[k]);
  }
  return closest;
}

}  // namespace splitbench
