#include "core/simulation.h"

namespace splitbench {

const char* strategy_name(StrategyKind kind) {
  switch (kind) {
    case StrategyKind::kStatic:
      return "static";
    case StrategyKind::kBestStatic:
      return "best-static";
    case StrategyKind::kDynamic:
      return "dynamic";
    case StrategyKind::kSteady:
      return "steady";
    case StrategyKind::kInstant:
      return "instant";
    case StrategyKind::kOracle:
      return "oracle";
  }
  return "";
}

}  // namespace splitbench
