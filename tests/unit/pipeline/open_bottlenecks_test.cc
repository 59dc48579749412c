#include "pipeline/open_bottlenecks.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "io/sha256.h"
#include "support/error_message.h"
#include "support/fake_bottleneck.h"
#include "support/fake_model.h"
#include "support/fake_sweep.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

using testing::fold_bottleneck;

class OpenBottlenecks : public ::testing::Test {
 protected:
  OpenBottlenecks() { session_.backend = std::make_unique<testing::FakeBackend>(); }

  std::string write(const std::string& name, const Bottleneck& bottleneck) {
    const Bytes file = write_bottleneck(bottleneck);
    return folder_.write(name, std::string(file.begin(), file.end()));
  }
  std::vector<ConfiguredCodec> open(const std::vector<std::string>& specs) {
    return open_bottlenecks(session_, "cpu", make_codecs(specs), &recorder_);
  }
  std::string refusal(const std::function<void(Bottleneck&)>& change) {
    Bottleneck bottleneck = fold_bottleneck();
    change(bottleneck);
    const std::string path = write("b.bottleneck", bottleneck);
    const std::string message = bad_input_message([&] { open({"bottlefit:file=" + path}); });
    EXPECT_EQ(message.rfind(path + ": ", 0), 0U) << message;
    return message;
  }

  TemporaryFolder folder_;
  RecordingSink sink_;
  RunRecorder recorder_{{"splitbench"}, sink_};
  ModelSession session_ = fake_session({}, std::make_shared<FakeUse>());
};

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST_F(OpenBottlenecks, OpensAFileBesideOtherCodecs) {
  const std::string path = write("b.bottleneck", fold_bottleneck());
  const std::vector<ConfiguredCodec> codecs = open({"raw", "bottlefit:file=" + path, "quant"});
  ASSERT_EQ(codecs.size(), 3U);
  EXPECT_EQ(codecs[0].spec, "raw:dtype=fp32");
  EXPECT_EQ(codecs[1].spec, "bottlefit:file=" + path);
  ASSERT_TRUE(codecs[1].bottleneck);
  EXPECT_EQ(codecs[1].bottleneck->sha256, sha256_file(path));
  EXPECT_EQ(codecs[1].bottleneck->about.decoder_split, "fold");
  EXPECT_TRUE(codecs[1].bottleneck->about.encoder.network.empty()) << "no archive stays in memory";
  EXPECT_FALSE(codecs[1].bottleneck->tail);
  EXPECT_EQ(recorder_.finish().inputs.size(), 1U);
}

TEST_F(OpenBottlenecks, AFolderStandsForItsBottlenecksOfTheMethod) {
  Bottleneck other = fold_bottleneck();
  other.method = "aecnn";
  write("trained/b", fold_bottleneck());
  write("trained/a", fold_bottleneck());
  write("trained/c", other);
  folder_.write("trained/log.txt", "no bottleneck");
  const std::string trained = folder_.path("trained");
  const std::vector<ConfiguredCodec> codecs =
      open({"bottlefit:file=" + trained, "bottlefit:file=" + trained + "/a"});
  ASSERT_EQ(codecs.size(), 2U) << "each once";
  EXPECT_EQ(codecs[0].spec, "bottlefit:file=" + trained + "/a");
  EXPECT_EQ(codecs[1].spec, "bottlefit:file=" + trained + "/b");
  expect_in(bad_input_message([&] { open({"frankensplit:file=" + trained}); }),
            "holds no bottleneck of 'frankensplit'");
}

TEST_F(OpenBottlenecks, AliasesOfSplitsBecomeIds) {
  Bottleneck aliased = fold_bottleneck();
  aliased.decoder_split = "block";
  const auto codecs = open({"bottlefit:file=" + write("b", aliased)});
  EXPECT_EQ(codecs.at(0).bottleneck->about.decoder_split, "fold");
}

TEST_F(OpenBottlenecks, WhatDoesNotFitTheModelIsRefused) {
  expect_in(refusal([](Bottleneck& b) { b.model_sha256 = std::string(64, 'e'); }),
            "belongs to another model");
  expect_in(refusal([](Bottleneck& b) { b.decoder_split = "flod"; }),
            "is for split 'flod', where this model is not cut (did you mean 'fold'?)");
  expect_in(refusal([](Bottleneck& b) {
              b.input.shape = {1, 1, 8, 8};
            }),
            "its encoder takes float32 1x1x8x8, but at split server-only of this model float32 "
            "1x1x4x4 crosses");
  expect_in(refusal([](Bottleneck& b) { b.output.shape = {1, 5}; }), "its decoder makes");
  expect_in(refusal([](Bottleneck& b) {
              b.encoder_split = "fold";
              b.decoder_split = "scale";
              b.input = {DType::kF32, {1, 4}};
              b.output = {DType::kF32, {1, 1, 4, 4}};
            }),
            "goes from split fold to scale");
  expect_in(refusal([](Bottleneck& b) { b.method = "aecnn"; }), "of 'aecnn', not of 'bottlefit'");
  expect_in(refusal([](Bottleneck& b) { b.encoder.network = testing::archive_of("none"); }),
            "its encoder: no such network");
  expect_in(refusal([](Bottleneck& b) { b.tail.network = testing::archive_of("odd"); }),
            "its tail does not make float32 1x3");
}

TEST_F(OpenBottlenecks, FilesThatAreNoneAreRefused) {
  const std::string text = folder_.write("text", "hello");
  expect_in(bad_input_message([&] { open({"bottlefit:file=" + text}); }),
            text + ": bottleneck file: its 5 bytes are not a bottleneck");
  expect_in(bad_input_message([&] { open({"bottlefit:file=" + folder_.path("missing")}); }),
            "missing");
}

}  // namespace
}  // namespace splitbench
