// The maps of a tensor as disc sees them: 1xCxHxW, or 1xC taken as C maps of 1x1. Pure.
#pragma once

#include <cstddef>

#include "codec/disc/block_grid.h"
#include "core/tensor.h"

namespace splitbench::disc {

struct FeatureMaps {
  std::size_t channels;
  BlockGrid grid;
};

// Requires such a shape, without zeros.
inline FeatureMaps feature_maps(const Shape& shape) {
  const bool maps = shape.size() == 4;
  return {static_cast<std::size_t>(shape[1]),
          BlockGrid(maps ? static_cast<std::size_t>(shape[2]) : 1,
                    maps ? static_cast<std::size_t>(shape[3]) : 1)};
}

}  // namespace splitbench::disc
