#include "codec/bottleneck/bottleneck_file.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "base/error.h"
#include "support/bottleneck_samples.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

using testing::repair_bottleneck_checksum;
using testing::sample_bottleneck;

void expect_equal(const BottleneckPart& a, const BottleneckPart& b) {
  EXPECT_EQ(a.network, b.network);
  EXPECT_EQ(a.parameters, b.parameters);
  EXPECT_EQ(a.macs, b.macs);
}

std::string refusal(const Bytes& file) {
  return bad_input_message([&] { read_bottleneck(file); });
}

// How the sample is refused after `damage`, both as written and as read.
std::string refusal_of(const std::function<void(Bottleneck&)>& damage) {
  Bottleneck bottleneck = sample_bottleneck();
  damage(bottleneck);
  return bad_input_message([&] { write_bottleneck(bottleneck); });
}

TEST(BottleneckFile, ReadsWhatWasWritten) {
  const Bottleneck written = sample_bottleneck();
  const Bottleneck read = read_bottleneck(write_bottleneck(written));
  EXPECT_EQ(read.method, written.method);
  EXPECT_EQ(read.variant, written.variant);
  EXPECT_EQ(read.model_sha256, written.model_sha256);
  EXPECT_EQ(read.encoder_split, written.encoder_split);
  EXPECT_EQ(read.decoder_split, written.decoder_split);
  EXPECT_EQ(read.input, written.input);
  EXPECT_EQ(read.latent, written.latent);
  EXPECT_EQ(read.output, written.output);
  EXPECT_EQ(read.coder.coding, written.coder.coding);
  EXPECT_EQ(read.coder.bits, written.coder.bits);
  EXPECT_EQ(read.coder.medians, written.coder.medians);
  ASSERT_EQ(read.coder.tables.size(), written.coder.tables.size());
  for (std::size_t i = 0; i < read.coder.tables.size(); ++i) {
    EXPECT_EQ(read.coder.tables[i].first, written.coder.tables[i].first);
    EXPECT_EQ(read.coder.tables[i].frequencies, written.coder.tables[i].frequencies);
  }
  expect_equal(read.encoder, written.encoder);
  expect_equal(read.decoder, written.decoder);
  expect_equal(read.tail, written.tail);
}

TEST(BottleneckFile, KeepsTheTrainingRecord) {
  const TrainingRecord written = sample_bottleneck().training;
  const TrainingRecord read = read_bottleneck(write_bottleneck(sample_bottleneck())).training;
  EXPECT_EQ(read.dataset, written.dataset);
  EXPECT_EQ(read.images, written.images);
  EXPECT_EQ(read.seed, written.seed);
  EXPECT_EQ(read.threads, written.threads);
  EXPECT_EQ(read.choices, written.choices);
  ASSERT_EQ(read.epochs.size(), written.epochs.size());
  for (std::size_t i = 0; i < read.epochs.size(); ++i) {
    EXPECT_EQ(read.epochs[i].stage, written.epochs[i].stage);
    EXPECT_EQ(read.epochs[i].learning_rate, written.epochs[i].learning_rate);
    EXPECT_EQ(read.epochs[i].loss, written.epochs[i].loss);
    EXPECT_EQ(read.epochs[i].validation_top1, written.epochs[i].validation_top1);
    EXPECT_EQ(read.epochs[i].bits, written.epochs[i].bits);
    EXPECT_EQ(read.epochs[i].seconds, written.epochs[i].seconds);
  }
}

TEST(BottleneckFile, IsNamedByItsChecksum) {
  Bottleneck bottleneck = sample_bottleneck();
  const Bytes file = write_bottleneck(bottleneck);
  EXPECT_EQ(bottleneck_number(file), bottleneck_checksum(file) & 0xffffU);
  bottleneck.training.seed = 4;
  EXPECT_NE(bottleneck_number(file), bottleneck_number(write_bottleneck(bottleneck)));
}

TEST(BottleneckFile, CutOffAnywhereIsRefusedInOneLine) {
  const Bytes file = write_bottleneck(sample_bottleneck());
  for (std::size_t size = 0; size < file.size(); ++size) {
    Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    for (int i = 0; i < 2; ++i) {
      const std::string message = refusal(cut);
      EXPECT_EQ(message.rfind("bottleneck file: ", 0), 0) << size << ": " << message;
      EXPECT_EQ(message.find('\n'), std::string::npos);
      repair_bottleneck_checksum(cut);
    }
  }
  Bytes longer = file;
  longer.push_back(0);
  repair_bottleneck_checksum(longer);
  EXPECT_NE(refusal(longer).find("1 byte"), std::string::npos) << refusal(longer);
}

TEST(BottleneckFile, OtherFilesAndNewerVersionsAreRefused) {
  EXPECT_NE(refusal({'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).find("are not a bottleneck"),
            std::string::npos);
  EXPECT_NE(refusal({}).find("are not a bottleneck"), std::string::npos);
  Bytes newer = write_bottleneck(sample_bottleneck());
  newer[8] = 7;
  EXPECT_EQ(refusal(newer),
            "bottleneck file: has format version 7, this splitbench reads up to version 1; update "
            "it");
  Bytes flipped = write_bottleneck(sample_bottleneck());
  flipped[100] ^= 1;
  EXPECT_NE(refusal(flipped).find("checksum"), std::string::npos);
}

TEST(BottleneckFile, SizesBeyondTheFileAreRefused) {
  Bytes file = write_bottleneck(sample_bottleneck());
  // The length of the first section, behind its four letters.
  file[14 + 4] = 0xff;
  file[14 + 5] = 0x7f;
  repair_bottleneck_checksum(file);
  EXPECT_NE(refusal(file).find("declares 16383 bytes"), std::string::npos) << refusal(file);
}

TEST(BottleneckFile, TablesThatDoNotAddUpAreRefused) {
  const auto contains = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos ? "" : text;
  };
  EXPECT_EQ(contains(refusal_of([](Bottleneck& b) { ++b.coder.tables[2].frequencies[1]; }),
                     "the table of channel 2 adds up to 65537, not to 65536"),
            "");
  EXPECT_EQ(contains(refusal_of([](Bottleneck& b) { b.coder.tables[0].frequencies[3] = 0; }),
                     "frequency of 0"),
            "");
  EXPECT_EQ(contains(refusal_of([](Bottleneck& b) { b.coder.tables.pop_back(); }),
                     "has 2 tables and 3 medians"),
            "");
  EXPECT_EQ(contains(refusal_of([](Bottleneck& b) { b.coder.tables[1].first = 1 << 25; }),
                     "begins at 33554432"),
            "");
  EXPECT_EQ(contains(refusal_of([](Bottleneck& b) {
                       b.coder.medians[0] = std::numeric_limits<float>::quiet_NaN();
                     }),
                     "median"),
            "");
}

TEST(BottleneckFile, PartsThatDoNotFitAreRefused) {
  const auto refused = [](const std::function<void(Bottleneck&)>& damage, const char* part) {
    const std::string message = refusal_of(damage);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  refused([](Bottleneck& b) { b.encoder.network.clear(); }, "has no encoder");
  refused([](Bottleneck& b) { b.decoder.network.clear(); }, "has no decoder");
  refused([](Bottleneck& b) { b.method.clear(); }, "has no method");
  refused([](Bottleneck& b) { b.variant = "a\nb"; }, "control characters");
  refused([](Bottleneck& b) { b.model_sha256 = "abc"; }, "SHA-256");
  refused([](Bottleneck& b) { b.latent.shape[0] = 2; }, "latent cannot be float32 2x3x7x7");
  refused([](Bottleneck& b) { b.latent.dtype = DType::kU8; }, "it must be float32");
  refused([](Bottleneck& b) { b.input.shape = {1, 1 << 20, 1 << 20}; }, "input cannot be");
  refused([](Bottleneck& b) { b.coder.bits = 9; }, "declares 9 bits");
  refused([](Bottleneck& b) { b.coder.coding = static_cast<LatentCoding>(3); }, "coding 3");
  refused(
      [](Bottleneck& b) { b.training.epochs[0].loss = std::numeric_limits<double>::infinity(); },
      "training record");
}

}  // namespace
}  // namespace splitbench
