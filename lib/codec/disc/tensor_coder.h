// A tensor's values to quantised coefficients and back.
//
// Pure functions; thread-safe.
#pragma once

#include <functional>

#include "codec/disc/coefficient_coder.h"
#include "codec/disc/model.h"
#include "codec/disc/quantiser.h"
#include "core/tensor.h"

namespace splitbench::disc {

// Throws Error{kBadInput} when a value is NaN or infinite.
void require_finite(const Tensor& tensor);

// A block on its way to be coded: its coefficients in units of their steps, and what quantisation
// makes of them.
struct AnalysedBlock {
  const ChannelModel* channel;
  BlockSize size;
  Block coefficients;
  Levels levels;
  std::uint64_t significant;  // bit l: the level of lane l is not 0
};
// Calls visit for every block of the tensor in the order of blocks.
void analyse_blocks(const Model& model, const float* values,
                    const std::function<void(const AnalysedBlock&)>& visit);

QuantisedTensor analyse(const Model& model, const float* values);
void synthesise(const Model& model, const QuantisedTensor& tensor, float* values);

}  // namespace splitbench::disc
