#include "plan/policy_cells.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace splitbench {
namespace {

using Polygon = std::vector<PolicyCorner>;

CostPlane operator-(const CostPlane& a, const CostPlane& b) {
  return {a.fixed - b.fixed, a.per_x - b.per_x, a.per_w - b.per_w};
}

CostPlane beyond(const CostPlane& cost, double limit) {
  return {cost.fixed - limit, cost.per_x, cost.per_w};
}

CostPlane negated(const CostPlane& plane) { return {-plane.fixed, -plane.per_x, -plane.per_w}; }

PolicyCorner between(const PolicyCorner& a, const PolicyCorner& b, double at_a, double at_b) {
  const double t = at_a / (at_a - at_b);
  return {a.x + t * (b.x - a.x), a.w + t * (b.w - a.w)};
}

// Where `plane` is at most 0 (Sutherland and Hodgman, 1974).
Polygon clip(const Polygon& polygon, const CostPlane& plane) {
  Polygon kept;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const PolicyCorner& a = polygon[i];
    const PolicyCorner& b = polygon[(i + 1) % polygon.size()];
    const double at_a = plane.at(a.x, a.w);
    const double at_b = plane.at(b.x, b.w);
    if (at_a <= 0) kept.push_back(a);
    if ((at_a < 0 && at_b > 0) || (at_a > 0 && at_b < 0)) {
      kept.push_back(between(a, b, at_a, at_b));
    }
  }
  return kept;
}

// Twice the area over that of the box around it; 0 for a line or a point.
bool has_area(const Polygon& polygon) {
  if (polygon.size() < 3) return false;
  PolicyCorner low = polygon.front();
  PolicyCorner high = polygon.front();
  double area = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const PolicyCorner& a = polygon[i];
    const PolicyCorner& b = polygon[(i + 1) % polygon.size()];
    const PolicyCorner& o = polygon.front();
    area += (a.x - o.x) * (b.w - o.w) - (b.x - o.x) * (a.w - o.w);
    low = {std::min(low.x, a.x), std::min(low.w, a.w)};
    high = {std::max(high.x, a.x), std::max(high.w, a.w)};
  }
  constexpr double kRounding = 1e-12;
  return std::abs(area) > kRounding * (high.x - low.x) * (high.w - low.w);
}

void keep(std::vector<Polygon>& pieces, Polygon polygon) {
  if (has_area(polygon)) pieces.push_back(std::move(polygon));
}

// The half-planes (at most 0) in which an entry keeps the table's bounds.
std::vector<CostPlane> bounds_of_entry(const PolicyTable& table, const PolicyEntry& entry) {
  std::vector<CostPlane> bounds;
  if (table.max_latency_s) bounds.push_back(beyond(entry.latency_s, *table.max_latency_s));
  if (table.max_energy_j) {
    const CostPlane never = {1, 0, 0};
    bounds.push_back(entry.energy_j ? beyond(*entry.energy_j, *table.max_energy_j) : never);
  }
  return bounds;
}

// What is left of `pieces` for an entry when `other` takes what it is better at.
std::vector<Polygon> without(const std::vector<Polygon>& pieces, const CostPlane& excess,
                             const std::vector<CostPlane>& other_bounds) {
  std::vector<Polygon> left;
  for (const Polygon& piece : pieces) {
    Polygon inside = piece;  // where the other keeps its bounds so far
    for (const CostPlane& bound : other_bounds) {
      keep(left, clip(inside, negated(bound)));
      inside = clip(inside, bound);
    }
    keep(left, clip(inside, excess));
  }
  return left;
}

}  // namespace

std::vector<PolicyCell> policy_cells(const PolicyTable& table, int batch) {
  const Polygon domain = {
      {0, 0}, {kMaxPolicyX, 0}, {kMaxPolicyX, kMaxPolicyWaiting}, {0, kMaxPolicyWaiting}};
  const std::vector<PolicyEntry>& entries = table.entries;
  std::vector<PolicyCell> cells;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].batch != batch) continue;
    Polygon own = domain;
    for (const CostPlane& bound : bounds_of_entry(table, entries[i])) own = clip(own, bound);
    std::vector<Polygon> pieces;
    keep(pieces, std::move(own));
    for (std::size_t j = 0; j < entries.size() && !pieces.empty(); ++j) {
      if (j == i || entries[j].batch != batch) continue;
      CostPlane excess = entries[i].value - entries[j].value;
      if (excess == CostPlane{}) excess = entries[i].latency_s - entries[j].latency_s;
      if (excess == CostPlane{}) {
        if (i < j) continue;
        excess = {1, 0, 0};  // the earlier one has it all
      }
      // Where latency is the objective, what is beyond its bound is beaten by what is within.
      const bool latency_only = !table.max_energy_j && entries[i].value == entries[i].latency_s &&
                                entries[j].value == entries[j].latency_s;
      const std::vector<CostPlane> bounds =
          latency_only ? std::vector<CostPlane>{} : bounds_of_entry(table, entries[j]);
      pieces = without(pieces, excess, bounds);
    }
    for (Polygon& piece : pieces) cells.push_back({i, std::move(piece)});
  }
  return cells;
}

}  // namespace splitbench
