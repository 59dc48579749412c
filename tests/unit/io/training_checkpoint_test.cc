// A training's checkpoint there and back, and what is refused.
#include "io/training_checkpoint.h"

#include <gtest/gtest.h>

#include "io/training_document.h"
#include "sample_documents.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TrainingCheckpoint sample() {
  TrainingCheckpoint checkpoint;
  checkpoint.identity = "seed=3\nthreads=2\n";
  checkpoint.stage = 1;
  checkpoint.epoch = 2;
  checkpoint.step = 300;
  checkpoint.epoch_images = 4000;
  checkpoint.epoch_loss = 0.1;
  checkpoint.epoch_bits = 5e6;
  checkpoint.epoch_seconds = 1.5;
  checkpoint.best_top1 = 0.875;
  checkpoint.best_loss = 17;
  checkpoint.epochs_since_best = 4;
  checkpoint.step_seconds = 99.5;
  checkpoint.step_images = 123456;
  checkpoint.epochs = {{"first", 1e-3, 2.5, 0.5, 0, 10}, {"second", 1e-4, 1.5, 0.75, 8, 11}};
  checkpoint.state = {1, 2, 3, 250};
  return checkpoint;
}

TEST(TrainingCheckpoint, ComesBackWhole) {
  const Bytes bytes = checkpoint_bytes(sample());
  const TrainingCheckpoint read = parse_checkpoint(bytes, "file");
  EXPECT_EQ(checkpoint_bytes(read), bytes);
  EXPECT_EQ(read.identity, sample().identity);
  EXPECT_EQ(read.step, 300U);
  EXPECT_EQ(read.best_top1, 0.875);
  EXPECT_EQ(read.epochs_since_best, 4U);
  ASSERT_EQ(read.epochs.size(), 2U);
  EXPECT_EQ(read.epochs[1].validation_top1, 0.75);
  EXPECT_EQ(read.state, sample().state);
}

TEST(TrainingCheckpoint, EveryDamageIsNoticed) {
  const Bytes bytes = checkpoint_bytes(sample());
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_NE(bad_input_message([&] { parse_checkpoint({bytes.data(), size}, "file"); }), "");
  }
  for (std::size_t i = 0; i < bytes.size(); i += 5) {
    Bytes damaged = bytes;
    damaged[i] ^= 4;
    EXPECT_NE(bad_input_message([&] { parse_checkpoint(damaged, "file"); }).find("file"),
              std::string::npos);
  }
}

TEST(TrainingDocument, ComesBackWhole) {
  TrainingLog log;
  log.model_name = "model";
  log.model_sha256 = std::string(64, 'a');
  log.spec = "bottlefit:channels=3";
  log.encoder_split = "server-only";
  log.decoder_split = "layer2";
  log.input = {DType::kF32, {1, 3, 8, 8}};
  log.latent = {DType::kF32, {1, 3, 5, 5}};
  log.output = {DType::kF32, {1, 16, 4, 4}};
  log.encoder_parameters = 11;
  log.encoder_macs = 12;
  log.decoder_parameters = 13;
  log.decoder_macs = 14;
  log.record = {"images", 90, 5, 2, {"a=1", "b=2"}, sample().epochs};
  log.validation = "images, held out";
  log.validation_images = 10;
  log.labelled = false;
  log.network_top1 = 0.9;
  log.best_top1 = 0.8;
  log.images_per_second = 77.5;
  log.finished = true;
  log.streams = StreamCheck{10, 81.5, 81, true};
  const TemporaryFolder folder;
  const std::string path = folder.write("t.json", training_document(log, sample_run()));
  const TrainingLog read = read_training(path);
  EXPECT_EQ(training_document(read, sample_run()), training_document(log, sample_run()));
  EXPECT_EQ(read.record.epochs.size(), 2U);
  EXPECT_EQ(read.record.epochs[0].bits, 0);
  EXPECT_EQ(read.record.choices, log.record.choices);
  EXPECT_EQ(read.latent, log.latent);
  EXPECT_EQ(read.streams->bytes, 81.5);
  EXPECT_TRUE(read.streams->by_densities);
}

}  // namespace
}  // namespace splitbench
