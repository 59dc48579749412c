// What the tail of every split costs: the weights by which a sweep tells how long it will take.
//
// Multiply-accumulates tell badly: processors wait for memory where maps are large. A few runs of
// each tail tell better and cost less than one cell.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "core/backend.h"

namespace splitbench {

// Seconds an image, of one thread, by split.
using TailTimes = std::map<std::size_t, double>;

// `boundary` gives one image's boundary at a split. Tails are run on up to `batch` copies of it; 0
// for one that fails, as its cells will say. Leaves the model with one thread for an operation.
TailTimes time_tails(Model& model, const std::vector<std::size_t>& splits,
                     const std::function<Boundary(std::size_t)>& boundary, std::size_t batch);

}  // namespace splitbench
