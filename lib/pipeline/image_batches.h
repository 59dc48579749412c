// Which images go through a tail together.
#pragma once

#include <cstddef>
#include <vector>

namespace splitbench {

// Every image is in one batch.
using ImageBatches = std::vector<std::vector<std::size_t>>;

// Images 0 to `images` - 1 in order, `size` a batch; the last may have fewer. Requires size > 0.
ImageBatches consecutive_batches(std::size_t images, std::size_t size);

// `images` in as few batches of at most `size` as there can be, all of nearly the same size:
// threads that share them are done at the same time. Requires size > 0.
ImageBatches even_batches(const std::vector<std::size_t>& images, std::size_t size);

}  // namespace splitbench
