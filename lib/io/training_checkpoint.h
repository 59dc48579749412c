// The file in which a training waits to be gone on with.
//
//   bytes 0..7    magic: 0x89 "SBTRAIN"
//   bytes 8..9    version of the format, now 1
//   bytes 10..73  SHA-256 of all that follows, in hexadecimal digits
//   then          identity (text); stage, epoch and step (varints); the epoch so far: images
//                 (varint), loss, bits and seconds (float64); the stage so far: best accuracy and
//                 loss (float64), epochs without a better one (varint); seconds of all steps
//                 (float64) and images in them (varint); finished epochs: how many (varint), of
//                 each: stage (text), learning rate, loss, accuracy, bits, seconds (float64); the
//                 back-end's state to the end
//
// A text is its length (varint) and its bytes; everything is little-endian. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/bottleneck.h"

namespace splitbench {

struct TrainingCheckpoint {
  // Everything that the weights depend on; a training resumes a checkpoint of its own only.
  std::string identity;
  std::size_t stage = 0, epoch = 0, step = 0;  // what comes next; epoch within the stage
  std::size_t epoch_images = 0;                // of the epoch in work
  double epoch_loss = 0, epoch_bits = 0, epoch_seconds = 0;
  double best_top1 = -1, best_loss = 0;  // of the stage in work; -1 before any
  std::size_t epochs_since_best = 0;
  double step_seconds = 0;      // of all steps so far
  std::size_t step_images = 0;  // in them
  std::vector<TrainingEpoch> epochs;
  Bytes state;
};

Bytes checkpoint_bytes(const TrainingCheckpoint& checkpoint);

// `what` names the file in messages. Throws Error{kBadInput} for anything but what
// checkpoint_bytes() writes; allocates no more than a small multiple of the bytes.
TrainingCheckpoint parse_checkpoint(ByteView bytes, const std::string& what);

}  // namespace splitbench
