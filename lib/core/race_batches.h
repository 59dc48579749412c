// The order in which a race looks at images: two fair batches, then what the uncompressed model
// gets wrong, then what it gets right.
//
// Nothing that a codec does to a tensor makes the model much better, so where a cell could be more
// accurate than another is mostly where that other, and the model itself, is wrong. Those are few
// images, and a race sees them first.
//
// The fair batches: images are sorted by stratum (those of one stratum in random order) and cut
// into blocks of equal size; a last block that is short is filled up with empty places. Each block
// is shuffled, and a batch takes the same number of next places of every block. So it holds each
// stratum in proportion (but for one image a block), every image is equally likely to be in a given
// batch, and the inequality that core/test_martingale.h rests on holds. What is left of each part
// is cut into batches in the same way, growing ones, each a fair sample of all that remain of the
// part. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitbench {

struct RaceImage {
  bool solved = false;  // the uncompressed model is right
  int stratum = 0;      // numbers that are close are taken to be alike
};

constexpr std::size_t kFairRaceBatches = 2;  // at most: fewer images may fill one

// Every image is in exactly one batch: the first kFairRaceBatches are fair and of about 16 images
// each; each other is of one part, and adds about 16 images or up to a sixth of those of the part
// before it. Equal seeds give equal batches.
std::vector<std::vector<std::size_t>> race_batches(const std::vector<RaceImage>& images,
                                                   std::uint64_t seed);

}  // namespace splitbench
