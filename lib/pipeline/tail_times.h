// What the tail of every split costs: the weights by which a sweep tells how long it will take.
//
// Multiply-accumulates tell badly: processors wait for memory where maps are large, and a framework
// may take other ways for large batches (LibTorch 1.13 convolves 16 images three times as fast as
// 15). Two runs of each tail tell better and cost less than one cell.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "core/backend.h"

namespace splitbench {

// Seconds an image, of one thread; 0 for a tail that fails, as its cells will say.
struct TailTime {
  double in_batch_s = 0;
  double alone_s = 0;
};
using TailTimes = std::map<std::size_t, TailTime>;  // by split

// `boundary` gives one image's boundary at a split. Tails are run on it and, where the network
// takes them, on `batch` copies of it. Leaves the model with one thread for an operation.
TailTimes time_tails(Model& model, const std::vector<std::size_t>& splits,
                     const std::function<Boundary(std::size_t)>& boundary, std::size_t batch);

}  // namespace splitbench
