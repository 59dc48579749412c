// How many of the samples' blocks the calibration looks at.
//
// A pass over the samples takes as many multiplications as there are elements, times the channels
// of a group; of large tensors only every n-th block is taken, so that it ends in seconds.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>

#include "codec/klt/block_grid.h"

namespace splitbench::klt {

// Every so many blocks, counted through all samples, one is taken.
std::size_t block_stride(std::size_t samples, const BlockGrid& grid);

}  // namespace splitbench::klt
