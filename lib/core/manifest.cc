#include "core/manifest.h"

namespace splitbench {

const char* interpolation_name(Interpolation interpolation) {
  return interpolation == Interpolation::kBicubic ? "bicubic" : "bilinear";
}

}  // namespace splitbench
