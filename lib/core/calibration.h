// What a calibrated codec may look at before it codes anything: the tensors it will meet, taken at
// one place of the network from images that nobody has labelled.
#pragma once

#include <cstddef>
#include <optional>

#include "core/calibration_memo.h"
#include "core/tensor.h"

namespace splitbench {

// Samples may live on disk and be computed on demand, so an implementation of calibration goes
// over them few times and keeps none. Safe to use from several threads at once.
class CalibrationSamples {
 public:
  virtual ~CalibrationSamples() = default;

  // Of every sample; the batch dimension is 1.
  virtual const TensorSpec& spec() const = 0;
  // How many, at least 1.
  virtual std::size_t size() const = 0;
  virtual Tensor value(std::size_t i) const = 0;

  // The gradient g of log p(class | sample i) with respect to the tensor (float32, same shape),
  // with the class drawn from the network's own output distribution: the mean of g g^T is the
  // Fisher information of the tensor, which says how much the answer minds an error in each of its
  // directions. Empty where the back-end cannot tell.
  virtual std::optional<Tensor> gradient(std::size_t i) const = 0;

  // Where calibrations on these samples share what they measure; may be null.
  virtual CalibrationMemo* memo() const { return nullptr; }
};

}  // namespace splitbench
