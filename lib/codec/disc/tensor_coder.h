// A tensor's values to quantised coefficients and back.
//
// Pure functions; thread-safe.
#pragma once

#include "codec/disc/coefficient_coder.h"
#include "codec/disc/model.h"
#include "core/tensor.h"

namespace splitbench::disc {

// Throws Error{kBadInput} when a value is NaN or infinite.
void require_finite(const Tensor& tensor);

QuantisedTensor analyse(const Model& model, const float* values);
void synthesise(const Model& model, const SparseTensor& tensor, float* values);

}  // namespace splitbench::disc
