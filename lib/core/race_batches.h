// The order in which a race looks at images: growing batches, each a fair sample of all that
// remain.
//
// Images are sorted by stratum (those of one stratum in random order) and cut into blocks of equal
// size; a last block that is short is filled up with empty places. Each block is shuffled, and a
// batch takes the same number of next places of every block. So every batch holds each stratum in
// proportion (but for one image a block), every image is equally likely to be in a given batch, and
// the inequality that core/test_martingale.h rests on holds. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitbench {

// `strata` names the stratum of each image; numbers that are close are taken to be alike. The first
// batch has about 32 images, and each adds as many again or up to a sixth of those before it. Every
// image is in exactly one batch; equal seeds give equal batches.
std::vector<std::vector<std::size_t>> race_batches(const std::vector<int>& strata,
                                                   std::uint64_t seed);

}  // namespace splitbench
