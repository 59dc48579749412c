#include "core/cell.h"

#include <cmath>

namespace splitbench {

const char* cell_status_name(CellStatus status) {
  switch (status) {
    case CellStatus::kOk:
      return "ok";
    case CellStatus::kUnsupported:
      return "unsupported";
    case CellStatus::kFailed:
      return "failed";
    case CellStatus::kStopped:
      return "stopped";
  }
  return "failed";
}

PairedLoss accuracy_loss(const CellAccuracy& accuracy) {
  if (accuracy.loss) return *accuracy.loss;
  if (accuracy.images == 0) return {1 - accuracy.agreement, {0, 1}};
  const double disagreements =
      std::round((1 - accuracy.agreement) * static_cast<double>(accuracy.images));
  return {1 - accuracy.agreement,
          wilson_ci95(static_cast<std::size_t>(disagreements), accuracy.images)};
}

std::string codec_name(const std::string& spec) { return spec.substr(0, spec.find(':')); }

std::string stop_reason(const CellStop& stop) {
  return "dominated by " + stop.codec + " at " + stop.split + " after " +
         std::to_string(stop.evidence.accuracy.images) + " images";
}

}  // namespace splitbench
