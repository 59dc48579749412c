#include "codec/clip/clipping_range.h"

#include <algorithm>
#include <cmath>

namespace splitbench {
namespace {

constexpr std::size_t kBins = std::size_t{1} << 16;
// Points of the search's grid to each side, and how much finer each further grid is.
constexpr int kReach = 32;
constexpr double kRefinement = 8;
constexpr int kGrids = 5;  // the last has steps of about a bin

struct SearchPoint {
  AffineRange range;
  double error = INFINITY;
};

}  // namespace

ValueHistogram::ValueHistogram(AffineRange range) : range_(range), bins_(kBins + 1) {}

// 0 below the range, kBins from its end on.
std::size_t ValueHistogram::bin(double x) const {
  const double width = static_cast<double>(range_.maximum) - range_.minimum;
  if (!(x > range_.minimum)) return 0;
  if (x >= range_.maximum) return kBins;
  return static_cast<std::size_t>((x - range_.minimum) / width * static_cast<double>(kBins));
}

void ValueHistogram::add(const float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double x = values[i];
    Moments& moments = bins_[std::min(bin(x), kBins - 1)];
    moments.count += 1;
    moments.sum += x;
    moments.squares += x * x;
  }
}

void ValueHistogram::accumulate() {
  Moments before;
  for (Moments& moments : bins_) {
    const Moments own = moments;
    moments = before;
    before.count += own.count;
    before.sum += own.sum;
    before.squares += own.squares;
  }
}

ValueHistogram::Moments ValueHistogram::below(double x) const { return bins_[bin(x)]; }

std::vector<ValueHistogram::Moments> quantiser_cells(const ValueHistogram& values,
                                                     AffineRange range, unsigned levels) {
  const double step = (static_cast<double>(range.maximum) - range.minimum) / (levels - 1);
  std::vector<ValueHistogram::Moments> cells;
  ValueHistogram::Moments before;
  for (unsigned level = 0; level < levels; ++level) {
    const double end = level + 1 < levels ? range.minimum + step * (level + 0.5) : INFINITY;
    const ValueHistogram::Moments until = values.below(end);
    cells.push_back(
        {until.count - before.count, until.sum - before.sum, until.squares - before.squares});
    before = until;
  }
  return cells;
}

double quantisation_error(const ValueHistogram& values, AffineRange range, unsigned levels) {
  const double step = (static_cast<double>(range.maximum) - range.minimum) / (levels - 1);
  double error = 0;
  double level = range.minimum;
  for (const ValueHistogram::Moments& cell : quantiser_cells(values, range, levels)) {
    error += cell.squares - 2 * level * cell.sum + level * level * cell.count;
    level += step;
  }
  return error;
}

AffineRange best_clipping_range(const ValueHistogram& values, unsigned levels) {
  const AffineRange all = values.range();
  SearchPoint best{all, quantisation_error(values, all, levels)};
  if (all.minimum == all.maximum) return best.range;
  const bool fixed_minimum = all.minimum == 0;
  double step = (static_cast<double>(all.maximum) - all.minimum) / kReach;
  // The grids after the first stand around the best point of the one before.
  for (int grid = 0; grid < kGrids; ++grid, step /= kRefinement) {
    const AffineRange centre = best.range;
    const int reach = grid == 0 ? kReach : static_cast<int>(kRefinement);
    for (int low = fixed_minimum ? 0 : -reach; low <= (fixed_minimum ? 0 : reach); ++low) {
      for (int high = -reach; high <= reach; ++high) {
        const auto minimum = static_cast<float>(centre.minimum + low * step);
        const auto maximum = static_cast<float>(centre.maximum + high * step);
        if (minimum < all.minimum || maximum > all.maximum || !(minimum < maximum)) continue;
        const AffineRange range{minimum, maximum};
        const double error = quantisation_error(values, range, levels);
        if (error < best.error) best = {range, error};
      }
    }
  }
  return best.range;
}

}  // namespace splitbench
