// Bottleneck files from hostile places: what is read must be what writing and reading it gives
// again, and its latent coder must code. The checksum is repaired first, or the fuzzer would never
// get past it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "codec/bottleneck/bottleneck_file.h"
#include "codec/bottleneck/latent_coder.h"
#include "support/bottleneck_samples.h"

namespace {

constexpr std::size_t kMostElements = 4096;

void code_with(const splitbench::Bottleneck& bottleneck) {
  const splitbench::LatentCodec codec(bottleneck.coder, bottleneck.latent);
  splitbench::Tensor latent = splitbench::Tensor::allocate(bottleneck.latent);
  for (std::size_t i = 0; i < latent.elements(); ++i) {
    latent.mutable_as<float>()[i] = static_cast<float>(i * i % 31) - 15.25F;
  }
  if (codec.decode(codec.encode(latent)).spec() != bottleneck.latent) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  splitbench::Bytes file(data, data + size);
  splitbench::testing::repair_bottleneck_checksum(file);
  try {
    const splitbench::Bottleneck bottleneck = splitbench::read_bottleneck(file);
    const splitbench::Bytes again = splitbench::write_bottleneck(bottleneck);
    if (splitbench::write_bottleneck(splitbench::read_bottleneck(again)) != again) std::abort();
    if (bottleneck.latent.elements() <= kMostElements) code_with(bottleneck);
  } catch (const splitbench::Error&) {
  }
  return 0;
}
