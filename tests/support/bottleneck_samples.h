// Bottlenecks whose networks are some bytes, for tests of everything that does not run them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "codec/bottleneck/bottleneck_file.h"
#include "core/bottleneck.h"

namespace splitbench::testing {

// Of 3 channels, factorised; every field has a value of its own.
inline Bottleneck sample_bottleneck() {
  Bottleneck bottleneck;
  bottleneck.method = "entropic-student";
  bottleneck.variant = "stage2";
  bottleneck.model_sha256 = std::string(60, '0') + "cafe";
  bottleneck.encoder_split = "server-only";
  bottleneck.decoder_split = "layer1.relu";
  bottleneck.input = {DType::kF32, {1, 1, 28, 28}};
  bottleneck.latent = {DType::kF32, {1, 3, 7, 7}};
  bottleneck.output = {DType::kF32, {1, 16, 14, 14}};
  bottleneck.coder.coding = LatentCoding::kFactorised;
  bottleneck.coder.bits = 6;
  bottleneck.coder.medians = {0.25F, -1.5F, 0};
  bottleneck.coder.tables = {
      {-1, {16384, 32768, 16383, 1}}, {0, {65535, 1}}, {-3, {1, 2, 3, 4, 5, 6, 65515}}};
  bottleneck.encoder = {{'e', 'n', 'c'}, 138672, 588000000};
  bottleneck.decoder = {{'d', 'e', 'c', 0}, 300, 4000};
  bottleneck.tail = {{0, 't'}, 25557032, 5};
  bottleneck.training.dataset = "fashion-mnist:split=train";
  bottleneck.training.images = 60000;
  bottleneck.training.seed = 1ULL << 63;
  bottleneck.training.threads = 2;
  bottleneck.training.choices = {"beta=0.32", ""};
  bottleneck.training.epochs = {{"head-distillation", 1e-3, 12.5, 0.875, 410.25, 3.5},
                                {"fine-tuning", 1e-4, 0.5, 0.9, 0, 1e-9}};
  return bottleneck;
}

constexpr std::size_t kBottleneckChecksumOffset = 10;

// Does nothing to bytes too few to have a checksum.
inline void repair_bottleneck_checksum(Bytes& file) {
  if (file.size() < kBottleneckChecksumOffset + sizeof(std::uint32_t)) return;
  ByteWriter checksum;
  checksum.u32(bottleneck_checksum(file));
  std::copy(checksum.bytes().begin(), checksum.bytes().end(),
            file.begin() + kBottleneckChecksumOffset);
}

}  // namespace splitbench::testing
