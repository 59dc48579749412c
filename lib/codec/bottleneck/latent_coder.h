// A latent as bytes: quantised (latent_quantiser.h), and entropy-coded where it has tables.
//
//   kAffine        scale (float32), zero point (1 byte), the levels as bit planes (bit_packing.h)
//   kAffineCoded   one stream of rans.h, with scale and zero point at its end
//   kFactorised    one stream of rans.h
//
// The stream holds the integers in the order of the tensor, each by the table of its channel in 16
// bits of precision. Its last interval costs 16 bits whatever it is; scale and zero point would
// anyway. One that its table does not have is coded as the table's last symbol, then six
// raw bits: the side (1: below the table) and the number of bits n of its distance d from the
// table, and the low n bits of d + 1 = 2^n + ...
//
// Immutable; may be used from several threads at once.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "codec/bottleneck/latent_quantiser.h"
#include "codec/bottleneck/latent_table.h"
#include "core/bottleneck.h"
#include "core/tensor.h"

namespace splitbench {

class LatentCodec {
 public:
  // For latents like `latent`. Throws Error{kBadInput} when the coder cannot code those.
  LatentCodec(LatentCoder coder, TensorSpec latent);

  // Throws Error{kBadInput} when the latent has another spec or a value that cannot be coded.
  Bytes encode(const Tensor& latent) const;
  // `bytes` are hostile: anything but such a stream throws Error{kBadInput}.
  Tensor decode(ByteView bytes) const;

  // The shortest code that the tables allow, in bits, of the integers alone; of kAffine all
  // their bits. Throws as encode() does.
  double ideal_bits(const Tensor& latent) const;

 private:
  void require_spec(const Tensor& latent) const;
  std::vector<CodeInterval> intervals_of(const std::vector<std::int32_t>& values) const;
  LatentLevels read_levels(ByteView stream) const;
  LatentLevels read_planes(ByteView bytes) const;
  void read_affine(ByteReader& reader, LatentLevels& levels) const;
  const LatentModel& model_of(std::size_t i) const {
    return models_[i / channel_size_ % models_.size()];
  }

  LatentCoder coder_;
  TensorSpec latent_;
  std::size_t channel_size_;
  std::vector<LatentModel> models_;  // by channel
};

}  // namespace splitbench
