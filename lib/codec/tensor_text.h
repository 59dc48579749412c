// How a codec names a tensor in its messages.
#pragma once

#include <string>

#include "core/tensor.h"

namespace splitbench {

// "uint8 1x3x224x224".
inline std::string tensor_text(const TensorSpec& spec) {
  return std::string(dtype_name(spec.dtype)) + " " + shape_text(spec.shape);
}

}  // namespace splitbench
