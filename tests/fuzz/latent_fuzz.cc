// Latent streams from hostile places: each of the coders decodes them or refuses.
//
// Input: the coder (1 byte), then the stream.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "codec/bottleneck/latent_coder.h"
#include "support/latent_samples.h"

namespace {

using splitbench::LatentCodec;
using splitbench::LatentCoding;

std::vector<LatentCodec> all_coders() {
  const splitbench::Shape shape = {1, 3, 5, 4};
  std::vector<LatentCodec> coders;
  const auto add = [&](LatentCoding coding, int bits) {
    coders.emplace_back(splitbench::testing::sample_coder(coding, bits, shape),
                        splitbench::TensorSpec{splitbench::DType::kF32, shape});
  };
  add(LatentCoding::kFactorised, 8);
  for (const int bits : {1, 3, 8}) {
    add(LatentCoding::kAffine, bits);
    add(LatentCoding::kAffineCoded, bits);
  }
  return coders;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<LatentCodec> coders = all_coders();
  if (size == 0) return 0;
  const LatentCodec& codec = coders[data[0] % coders.size()];
  try {
    const splitbench::Tensor latent = codec.decode({data + 1, size - 1});
    if (latent.shape() != splitbench::Shape{1, 3, 5, 4}) std::abort();
  } catch (const splitbench::Error&) {
  }
  return 0;
}
