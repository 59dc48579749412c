#include "base/error.h"

namespace splitbench {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kRuntime:
      return 1;
    case ErrorCode::kBadInput:
      return 2;
    case ErrorCode::kPartial:
      return 3;
    case ErrorCode::kInfeasible:
      return 4;
    case ErrorCode::kMissingMeasurement:
      return 5;
  }
  return 1;
}

}  // namespace splitbench
