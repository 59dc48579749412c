#include "core/pooled_cells.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace splitbench {
namespace {

using Parts = std::vector<const Cell*>;

void require_other_images(const Cell& a, const Cell& b) {
  if (a.key.model != b.key.model) {
    throw bad_input("sweeps of different models (" + a.key.model.substr(0, 12) + "... and " +
                    b.key.model.substr(0, 12) + "...) cannot be pooled");
  }
  if (a.key.dataset == b.key.dataset) {
    throw bad_input("two sweeps of " + a.key.dataset +
                    " cannot be pooled: images would count twice; give sweeps of different parts");
  }
}

const Cell* measured_alike(const std::vector<Cell>& cells, const Cell& like) {
  const auto found = std::find_if(cells.begin(), cells.end(), [&](const Cell& cell) {
    return cell.status == CellStatus::kOk && cell.key.split == like.key.split &&
           cell.key.codec == like.key.codec;
  });
  return found == cells.end() ? nullptr : &*found;
}

PairedLoss pooled_loss(const Parts& parts, double images) {
  double loss = 0;
  double centre = 0;
  double squared = 0;
  for (const Cell* part : parts) {
    const double weight = static_cast<double>(part->key.images) / images;
    const PairedLoss of_part = accuracy_loss(part->accuracy);
    loss += weight * of_part.loss;
    centre += weight * (of_part.ci95.low + of_part.ci95.high) / 2;
    squared += std::pow(weight * (of_part.ci95.high - of_part.ci95.low) / 2, 2);
  }
  return {loss, {centre - std::sqrt(squared), centre + std::sqrt(squared)}};
}

Cell pooled(const Parts& parts) {
  Cell pooled;
  pooled.key = parts.front()->key;
  pooled.key.images = 0;
  for (const Cell* part : parts) pooled.key.images += part->key.images;
  const auto images = static_cast<double>(pooled.key.images);
  for (const Cell* part : parts) {
    const double weight = static_cast<double>(part->key.images) / images;
    pooled.payload_bytes.mean += weight * part->payload_bytes.mean;
    pooled.payload_bytes.max = std::max(pooled.payload_bytes.max, part->payload_bytes.max);
    pooled.accuracy.agreement += weight * part->accuracy.agreement;
    if (part->calibration &&
        (!pooled.calibration || part->calibration->bytes > pooled.calibration->bytes)) {
      pooled.calibration = part->calibration;
    }
  }
  pooled.accuracy.loss = pooled_loss(parts, images);
  pooled.accuracy.images = pooled.key.images;
  return pooled;
}

}  // namespace

std::vector<Cell> pooled_cells(const std::vector<std::vector<Cell>>& sweeps) {
  std::vector<Cell> cells;
  if (sweeps.empty()) return cells;
  for (const Cell& first : sweeps.front()) {
    Parts parts;
    for (const std::vector<Cell>& sweep : sweeps) {
      const Cell* part = measured_alike(sweep, first);
      if (part == nullptr) break;
      for (const Cell* other : parts) require_other_images(*other, *part);
      parts.push_back(part);
    }
    if (parts.size() == sweeps.size()) cells.push_back(pooled(parts));
  }
  return cells;
}

}  // namespace splitbench
