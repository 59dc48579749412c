#include "pipeline/stream_check.h"

#include <algorithm>

#include "codec/bottleneck/latent_coder.h"
#include "pipeline/image_batches.h"

namespace splitbench {
namespace {

constexpr std::size_t kImages = 2000, kBatch = 250;
constexpr double kScaleBits = 32, kZeroPointBits = 8;  // of affine levels

}  // namespace

StreamCheck check_streams(const Bottleneck& bottleneck, Trainer& trainer,
                          const TrainingImages& images) {
  const LatentCodec codec(bottleneck.coder, bottleneck.latent);
  const bool densities = bottleneck.coder.coding == LatentCoding::kFactorised;
  StreamCheck check;
  check.images = std::min(images.size(), kImages);
  double bytes = 0, bits = 0;
  for (const auto& positions : consecutive_batches(check.images, kBatch)) {
    const TrainingBatch batch = images.batch(positions, Augmentation{}, 0);
    const Tensor latents = trainer.encode(batch);
    if (densities) bits += trainer.evaluate(batch).bits;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const Tensor latent = batch_item(latents, i);
      bytes += static_cast<double>(codec.encode(latent).size());
      if (!densities) bits += codec.ideal_bits(latent) + kScaleBits + kZeroPointBits;
    }
  }
  check.bytes = bytes / static_cast<double>(check.images);
  check.estimated_bytes = bits / 8 / static_cast<double>(check.images);
  check.by_densities = densities;
  return check;
}

}  // namespace splitbench
