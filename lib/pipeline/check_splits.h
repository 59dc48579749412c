// The proof that a cut is sound: tail(head(x)) is the model's own answer at every split.
#pragma once

#include <string>
#include <vector>

#include "base/event_sink.h"
#include "core/backend.h"

namespace splitbench {

struct SplitCheck {
  std::size_t split = 0;          // index into the model's splits
  double relative_error = 0;      // largest |difference| / largest |reference| over all inputs;
                                  // infinity when the answer has another shape or is not finite
  bool capture_identical = true;  // capture() gave bit for bit what the head gives
};

// The bound of what rounding in another order of the same float32 operations explains.
constexpr double kMaxRelativeError = 1e-5;

// Largest |difference| / largest |reference|; infinity when the specs differ or a value is not
// finite.
double relative_error(const Tensor& reference, const Tensor& answer);

// Runs every split on `inputs`, and again on the first to see that nothing was left changed.
std::vector<SplitCheck> check_splits(Model& model, const std::vector<Tensor>& inputs,
                                     EventSink& events);

// `count` inputs of standard normal numbers from the seed.
std::vector<Tensor> random_inputs(const TensorSpec& spec, std::size_t count, std::uint64_t seed);

}  // namespace splitbench
