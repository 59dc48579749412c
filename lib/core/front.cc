#include "core/front.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>

#include "core/split.h"

namespace splitbench {
namespace {

bool dominates(const Objectives& p, const Objectives& q) {
  return p.a <= q.a && p.b <= q.b && p.c <= q.c && (p.a < q.a || p.b < q.b || p.c < q.c);
}

bool lexicographic(const Objectives& p, const Objectives& q) {
  return std::tie(p.a, p.b, p.c) < std::tie(q.a, q.b, q.c);
}

Objectives objectives_of(const FrontPoint& point) {
  return {point.payload_bytes, point.accuracy_loss, point.encode_s};
}

FrontPoint point_of(const Cell& cell) {
  const PairedLoss loss = accuracy_loss(cell.accuracy);
  FrontPoint point;
  point.split = cell.key.split;
  point.codec = cell.key.codec;
  point.payload_bytes = cell.payload_bytes.mean;
  point.accuracy_loss = loss.loss;
  point.accuracy_loss_ci95 = loss.ci95;
  point.encode_s = cell.encode.median;
  point.decode_s = cell.decode.median;
  return point;
}

// The staircase of non-dominated (a, b) pairs: a ascending, b descending.
class Staircase {
 public:
  void insert(double a, double b) {
    auto next = steps_.upper_bound(a);
    if (next != steps_.begin() && std::prev(next)->second <= b) return;
    auto first = steps_.lower_bound(a);
    while (first != steps_.end() && first->second >= b) first = steps_.erase(first);
    steps_.emplace(a, b);
  }

  // Area dominated inside the unit square.
  double area() const {
    double area = 0;
    for (auto step = steps_.begin(); step != steps_.end(); ++step) {
      const auto next = std::next(step);
      area += ((next == steps_.end() ? 1 : next->first) - step->first) * (1 - step->second);
    }
    return area;
  }

 private:
  std::map<double, double> steps_;
};

double normalised(double value, double ideal, double reference) {
  return reference > ideal ? (value - ideal) / (reference - ideal) : 0;
}

double normalised_volume(const FrontSet& box, const std::vector<FrontPoint>& points) {
  std::vector<Objectives> scaled;
  for (const FrontPoint& point : points) {
    scaled.push_back({normalised(point.payload_bytes, 0, box.reference_bytes),
                      normalised(point.accuracy_loss, box.ideal_loss, box.reference_loss),
                      normalised(point.encode_s, 0, box.reference_s)});
  }
  return hypervolume(std::move(scaled));
}

void mark_statistically_dominated(std::vector<FrontPoint>& points) {
  for (FrontPoint& point : points) {
    point.statistically_dominated =
        std::any_of(points.begin(), points.end(), [&](const FrontPoint& other) {
          const bool no_dearer =
              other.payload_bytes <= point.payload_bytes && other.encode_s <= point.encode_s;
          const bool cheaper =
              other.payload_bytes < point.payload_bytes || other.encode_s < point.encode_s;
          return no_dearer && cheaper &&
                 other.accuracy_loss_ci95.low <= point.accuracy_loss_ci95.high;
        });
  }
}

Front make_front(const std::string& scope, const std::vector<FrontPoint>& points,
                 const FrontSet& box) {
  std::vector<Objectives> objectives;
  for (const FrontPoint& point : points) objectives.push_back(objectives_of(point));
  Front front;
  front.scope = scope;
  for (const std::size_t i : non_dominated(objectives)) front.points.push_back(points[i]);
  std::sort(front.points.begin(), front.points.end(), [](const FrontPoint& a, const FrontPoint& b) {
    return std::tie(a.payload_bytes, a.accuracy_loss, a.encode_s, a.split, a.codec) <
           std::tie(b.payload_bytes, b.accuracy_loss, b.encode_s, b.split, b.codec);
  });
  mark_statistically_dominated(front.points);
  front.hypervolume = normalised_volume(box, front.points);
  return front;
}

// One front for each value of `key`, in order of first appearance.
template <typename Key>
void append_fronts(FrontSet& set, const std::vector<FrontPoint>& points, Key key) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<FrontPoint>> groups;
  for (const FrontPoint& point : points) {
    const std::string scope = key(point);
    if (groups.count(scope) == 0) order.push_back(scope);
    groups[scope].push_back(point);
  }
  for (const std::string& scope : order) {
    set.fronts.push_back(make_front(scope, groups[scope], set));
  }
}

}  // namespace

FrontSet pareto_fronts(const std::vector<Cell>& cells) {
  FrontSet set;
  std::vector<FrontPoint> points;
  for (const Cell& cell : cells) {
    if (cell.status != CellStatus::kOk) continue;
    if (cell.key.split == split_kind_name(SplitKind::kDeviceOnly)) continue;
    const FrontPoint point = point_of(cell);
    set.reference_bytes = std::max(set.reference_bytes, point.payload_bytes);
    set.reference_s = std::max(set.reference_s, point.encode_s);
    set.reference_loss =
        points.empty() ? point.accuracy_loss : std::max(set.reference_loss, point.accuracy_loss);
    set.ideal_loss = std::min(set.ideal_loss, point.accuracy_loss);
    points.push_back(point);
  }
  set.fronts.push_back(make_front("all", points, set));
  append_fronts(set, points, [](const FrontPoint& point) { return "split:" + point.split; });
  append_fronts(set, points,
                [](const FrontPoint& point) { return "codec:" + codec_name(point.codec); });
  return set;
}

std::vector<std::size_t> non_dominated(const std::vector<Objectives>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return lexicographic(points[i], points[j]); });
  // Whatever dominates a point comes before it in this order, so the points kept suffice.
  std::vector<std::size_t> kept;
  for (const std::size_t i : order) {
    const bool dominated = std::any_of(
        kept.begin(), kept.end(), [&](std::size_t k) { return dominates(points[k], points[i]); });
    if (!dominated) kept.push_back(i);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

double hypervolume(std::vector<Objectives> points) {
  for (Objectives& point : points) {
    point = {std::max(point.a, 0.0), std::max(point.b, 0.0), std::max(point.c, 0.0)};
  }
  points.erase(std::remove_if(points.begin(), points.end(),
                              [](const Objectives& p) { return p.a >= 1 || p.b >= 1 || p.c >= 1; }),
               points.end());
  std::sort(points.begin(), points.end(),
            [](const Objectives& p, const Objectives& q) { return p.c < q.c; });
  // Between two levels of c the dominated slice is the area under the points seen so far.
  Staircase staircase;
  double volume = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    staircase.insert(points[i].a, points[i].b);
    const double next = i + 1 < points.size() ? points[i + 1].c : 1;
    if (next > points[i].c) volume += staircase.area() * (next - points[i].c);
  }
  return volume;
}

}  // namespace splitbench
