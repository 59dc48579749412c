// A bottleneck: a learned codec. A neural encoder takes the network's input, or the boundary of a
// split, to a small latent; a latent coder turns that into bytes; a neural decoder makes of it the
// boundary of the same split or a later one; the tail from there may be fine-tuned. BottleFit,
// BottleNet++, AECNN, Entropic Student and FrankenSplit are fillings of this one shape.
//
// It is what `train` writes, one file, and what `compress`, `profile` and `plan` read
// (codec/bottleneck/bottleneck_file.h). Plain values; the networks are TorchScript archives, which
// only a back-end can open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/tensor.h"

namespace splitbench {

// How the latent becomes bytes.
enum class LatentCoding : std::uint8_t {
  // Per-tensor affine (Jacob et al. 2018), its range taken from each latent; a byte or less each.
  kAffine,
  // The same, its levels entropy-coded with one table a channel.
  kAffineCoded,
  // round(y - median) + median, entropy-coded with one table a channel: a factorised prior.
  kFactorised,
};

// The probabilities of one channel's integers from `first` on, in units of 2^-16 that add up to 1;
// the last one stands for all integers outside, which follow in an escape code.
struct LatentTable {
  std::int32_t first = 0;
  std::vector<std::uint16_t> frequencies;
};

struct LatentCoder {
  LatentCoding coding = LatentCoding::kAffine;
  int bits = 8;                     // of affine levels, 1 to 8
  std::vector<float> medians;       // by channel; kFactorised
  std::vector<LatentTable> tables;  // by channel; all but kAffine
};

// A part that runs on one side. `parameters` is what that side has to store.
struct BottleneckPart {
  Bytes network;  // a TorchScript archive; empty where there is none
  std::uint64_t parameters = 0;
  std::uint64_t macs = 0;
};

// One pass over the training images.
struct TrainingEpoch {
  std::string stage;  // "head-distillation", "fine-tuning", ...
  double learning_rate = 0;
  double loss = 0;             // mean over the images, as the stage defines it
  double validation_top1 = 0;  // agreement with the teacher where there are no labels
  double bits = 0;             // estimated, of a latent; 0 where the method estimates none
  double seconds = 0;
};

struct TrainingRecord {
  std::string dataset;  // canonical spec
  std::size_t images = 0;
  std::uint64_t seed = 0;
  int threads = 1;
  std::vector<std::string> choices;  // "name=value": every hyper-parameter, defaults filled in
  std::vector<TrainingEpoch> epochs;
};

struct Bottleneck {
  std::string method;         // the codec's name: "bottlefit"
  std::string variant;        // of the method, as in its spec
  std::string model_sha256;   // of the file of the network it belongs to
  std::string encoder_split;  // what the encoder takes: this split's boundary; "server-only": the
                              // network's input
  std::string decoder_split;  // what the decoder yields: this split's boundary
  TensorSpec input;           // of the encoder, batch 1
  TensorSpec latent;          // float32, 1 x channels x ..., batch 1
  TensorSpec output;          // of the decoder, batch 1
  LatentCoder coder;
  BottleneckPart encoder, decoder;
  BottleneckPart tail;  // fine-tuned, from decoder_split on; no network: the model's own
  TrainingRecord training;
};

}  // namespace splitbench
