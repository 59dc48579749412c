// Training a bottleneck: what is to be trained and how, as plain values, and what a back-end offers
// for it. A method (nn/methods) writes the plan, pipeline/train_bottleneck drives the Trainer.
//
// The teacher is the network itself, frozen; the student is encoder -> latent -> decoder -> tail of
// the network. Batch normalisation inside the network stays as it is, with the statistics it was
// saved with (most files have it folded into their convolutions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/bottleneck.h"
#include "core/network_plan.h"
#include "core/tensor.h"

namespace splitbench {

enum class Optimiser { kAdam, kSgd };

// What becomes of the latent on its way to the decoder while a stage trains. Whatever it is,
// validation sees what the decoder will get in use: quantised values.
enum class LatentTraining {
  kPlain,            // the encoder's own values
  kStraightThrough,  // quantised; gradients pass as if nothing had happened
  kNoise,            // with uniform noise as wide as a quantiser's step, for a rate estimate
  kRounded,          // rounded and cut off from the gradient
  kErasure,   // 8 bits between 0 and 1, each lost with the channel's noise as probability and
              // read as half (binary erasure channel); gradients pass
  kGaussian,  // with Gaussian noise of the channel's noise as deviation
};

// One stage of a training. The loss of a batch is
//   features * sum over features_at, elements and images of (student - teacher)^2
//   + cross_entropy * mean over the images of -log p(label)
//   + distillation * T^2 * mean over the images of KL(teacher || student), both softmax(./T)
//   + rate * sum over the images of the latent's bits.
struct TrainingStage {
  std::string name;         // "head-distillation"
  bool train_head = false;  // of a plan whose encoder owns the head
  bool train_encoder = true;
  bool train_decoder = true;
  bool train_tail = false;
  double features = 0;
  std::vector<std::string> feature_splits;  // from the decoder's on
  double cross_entropy = 0;
  double distillation = 0;
  double temperature = 1;
  double rate = 0;
  LatentTraining latent = LatentTraining::kPlain;
  double channel_noise = 0;  // at most; drawn evenly for each step
  // Of an encoder that begins with kAttention: that layer alone stands between head and tail.
  bool attention_only = false;
  // The stage begins with the choice of the channels that the encoder's kSelect keeps: those with
  // the greatest attention on average over the images that look_at() was shown.
  bool chooses_channels = false;
  // The squared error counts half everywhere and once where the network's answer depends most on
  // the map: 0.5 (1 + saliency), saliency by XGrad-CAM at the decoder's split, 0 to 1.
  bool saliency = false;
  Optimiser optimiser = Optimiser::kAdam;
  double learning_rate = 1e-3;
  double momentum = 0.9;      // kSgd
  double weight_decay = 0;    // kSgd
  std::vector<double> drops;  // where the learning rate falls, as parts of the stage
  double drop_factor = 0.1;   // to this part of itself
  int epochs = 10;            // as published
};

struct TrainingPlan {
  std::string method, variant;
  std::string encoder_split;  // "server-only": the network's input
  std::string decoder_split;
  // The encoder begins with a copy of the network's own layers from encoder_split to decoder_split,
  // which stages with train_head move; `encoder` takes what crosses the latter.
  bool owns_head = false;
  NetworkPlan encoder, decoder;
  LatentCoding coding = LatentCoding::kAffine;
  int bits = 8;  // of affine levels
  std::size_t batch = 64;
  std::vector<TrainingStage> stages;
  std::vector<std::string> choices;  // "name=value" of the method's own settings
};

// Whether a stage compares with labels.
bool needs_labels(const TrainingStage& stage);

// The learning rate at `progress` of a stage, 0 to 1.
double learning_rate_at(const TrainingStage& stage, double progress);

// Sets the epochs of the stages, which keep their published proportions as nearly as whole numbers
// that add up to `total` can; each has at least one. Throws Error{kBadInput} when `total` is less
// than the number of stages.
void share_epochs(int total, std::vector<TrainingStage>& stages);

struct TrainingBatch {
  Tensor inputs;            // batch x ..., the network's input
  std::vector<int> labels;  // one an image, or none at all
  // Batches of one number are the same images, and what the network says of them is asked once for
  // all trainers of a model; 0 is like no other.
  std::uint64_t number = 0;
};

// What a step did.
struct StepResult {
  // Of the batch as the stage defines it; divided by the images where it has sums over them alone.
  double loss = 0;
  double bits = 0;  // estimated, of all latents of the batch; 0 where nothing estimates them
};

// Counts over the images of one batch.
struct Evaluation {
  std::size_t images = 0;
  std::size_t right = 0;          // by the labels, or where there are none by the network's answer
  std::size_t network_right = 0;  // what the network itself gets right; `images` without labels
  double bits = 0;                // as in StepResult
  double loss = 0;                // summed squared error of the decoder's output, over all images
};

// The probabilities of one channel's integers round(x - median).
struct LatentDensity {
  float median = 0;
  std::int32_t first = 0;
  std::vector<double> weights;  // of first, first + 1, ...; the last: of all other integers
};

// Trains one bottleneck. Everything random is a function of the seeds given, so that the state is
// the weights and the optimiser's alone. Not thread-safe; calls come from one thread, which has
// called Model::use_threads(). Throws Error{kRuntime} when the framework fails.
class Trainer {
 public:
  virtual ~Trainer() = default;

  // Of the encoder's output, batch 1.
  virtual const TensorSpec& latent() const = 0;

  // Sets up the stage's optimiser; weights stay as they are. Stages come in order.
  virtual void begin_stage(std::size_t stage) = 0;
  // One step of the optimiser. A loss that is not finite is returned and leaves the weights alone.
  virtual StepResult step(const TrainingBatch& batch, double learning_rate, std::uint64_t seed) = 0;
  // What the student makes of images, its latents quantised as in use; nothing changes.
  virtual Evaluation evaluate(const TrainingBatch& batch) = 0;

  // Whether all weights are finite numbers.
  virtual bool finite() const = 0;

  // Remembers the weights as they are; and goes back to them (the optimiser's state stays).
  virtual void keep_best() = 0;
  virtual void return_to_best() = 0;

  // The whole state inside the current stage, and back. restore() throws Error{kBadInput} when the
  // bytes are not the state of this plan.
  virtual Bytes state() const = 0;
  virtual void restore(std::size_t stage, ByteView state) = 0;

  // Training images that the choice of channels is made from; before begin_stage().
  virtual void look_at(const TrainingBatch& batch) = 0;

  // The latents of a batch, as they are before they are quantised.
  virtual Tensor encode(const TrainingBatch& batch) = 0;
  // What has been learnt of the rounded latents, by channel; empty where nothing has.
  virtual std::vector<LatentDensity> densities() const = 0;
  // Splits, shapes, parameters and multiply-accumulates, and the coder without tables: what the
  // plan says and training does not change.
  virtual Bottleneck outline() const = 0;
  // The outline and its networks. Tables, hash and training record are for the caller.
  virtual Bottleneck finish() = 0;
};

}  // namespace splitbench
