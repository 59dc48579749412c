// Feature maps as codecs know them: float32 of one input, 1xCxHxW, or 1xC taken as C maps of 1x1.
//
// Pure; thread-safe.
#pragma once

#include "core/tensor.h"

namespace splitbench {

// Whether the tensor is of that kind and not empty.
inline bool is_features(const TensorSpec& spec) {
  constexpr std::size_t kVectorRank = 2;
  constexpr std::size_t kMapRank = 4;
  const std::size_t rank = spec.shape.size();
  return spec.dtype == DType::kF32 && (rank == kVectorRank || rank == kMapRank) &&
         spec.shape[0] == 1 && spec.elements() > 0;
}

}  // namespace splitbench
