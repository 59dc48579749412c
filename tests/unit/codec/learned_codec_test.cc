#include "codec/bottleneck/learned_codec.h"

#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"
#include "codec/calibration.h"
#include "codec/stream.h"
#include "support/checksum.h"
#include "support/codec_samples.h"
#include "support/fake_bottleneck.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::fold_bottleneck;
using testing::opened;
using testing::opened_codec;

Tensor picture(float first) {
  Tensor tensor = Tensor::allocate({DType::kF32, {1, 1, 4, 4}});
  for (int i = 0; i < 16; ++i) tensor.mutable_as<float>()[i] = first + 0.0625F * i;
  return tensor;
}

std::string refusal(const Bottleneck& bottleneck) {
  return bad_input_message([&] { opened_codec(bottleneck); });
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(LearnedCodec, IsKnownByNameBeforeItsFileIsOpen) {
  const ConfiguredCodec codec = make_codec(parse_spec("frankensplit:file=a/b.bottleneck"));
  EXPECT_EQ(codec.spec, "frankensplit:file=a/b.bottleneck");
  EXPECT_TRUE(codec.learned);
  EXPECT_FALSE(codec.bottleneck);
  EXPECT_FALSE(lacks_calibration(codec));
  expect_in(codec.codec->unsupported_reason(picture(0).spec()), "open the file");
  expect_in(bad_input_message([] { make_codec(parse_spec("bottelfit:file=a")); }), "'bottlefit'");
  expect_in(bad_input_message([] { make_codec(parse_spec("bottlefit")); }), "file");
  expect_in(bad_input_message([] { make_codec(parse_spec("bottlefit:file=a:bits=3")); }), "bits");
}

TEST(LearnedCodec, NoneOfThemSharesANumberOrIsSweptByDefault) {
  for (const CodecFactory& learned : learned_codec_factories()) {
    EXPECT_EQ(&find_codec(learned.description.wire_id), &learned);
    EXPECT_EQ(&find_codec(learned.description.name), &learned);
    EXPECT_TRUE(learned.description.default_sweep.empty());
    EXPECT_FALSE(learned.description.summary.empty());
  }
}

TEST(LearnedCodec, EncodesOnePlaceAndDecodesToAnother) {
  const ConfiguredCodec codec = opened_codec(fold_bottleneck());
  const Tensor input = picture(0.5F);
  const Bytes stream = encode_tensor(codec, input);
  const Tensor decoded = decode_tensor(codec, stream, {});
  EXPECT_EQ(decoded.shape(), (Shape{1, 4}));
  for (int row = 0; row < 4; ++row) {
    float sum = 0;
    for (int c = 0; c < 4; ++c) sum += 2 * input.as<float>()[4 * row + c] + 1;
    EXPECT_NEAR(decoded.as<float>()[row], sum, 0.125) << "half a level of a quarter";
  }
  // The header: 7 bytes, rank and both dimensions of the decoder's output, the bottleneck's number.
  const LatentCodec coder(fold_bottleneck().coder, fold_bottleneck().latent);
  Tensor latent = testing::fake_network("fold")->run({input}).at(0);
  EXPECT_EQ(stream.size(), 7 + 3 + 2 + coder.encode(latent).size());
}

TEST(LearnedCodec, RefusesOtherTensors) {
  const ConfiguredCodec codec = opened_codec(fold_bottleneck());
  const Tensor other = testing::relu_floats({1, 1, 4, 5}, 1);
  expect_in(bad_input_message([&] { encode_tensor(codec, other); }),
            "takes float32 1x1x4x4; this is float32 1x1x4x5");
}

TEST(LearnedCodec, RefusesStreamsOfOtherBottlenecksAndShapes) {
  const ConfiguredCodec codec = opened_codec(fold_bottleneck());
  Bottleneck retrained = fold_bottleneck();
  retrained.training.seed = 2;
  const Bytes stream = encode_tensor(codec, picture(0));
  expect_in(bad_input_message([&] { decode_tensor(opened_codec(retrained), stream, {}); }),
            "but the decoder has");
  expect_in(bad_input_message([&] { decode_tensor(stream, {}); }),
            "was written by codec 'bottlefit', which decodes with its bottleneck only");
  expect_in(bad_input_message([&] { decode_tensor(testing::codec("raw"), stream, {}); }),
            "'bottlefit', not by 'raw'");
  Bytes reshaped = stream;
  reshaped[9] = 5;  // the last dimension
  testing::repair_checksum(reshaped);
  expect_in(bad_input_message([&] { decode_tensor(codec, reshaped, {}); }),
            "declares float32 1x5, the decoder makes float32 1x4");
  Bytes uncalibrated = stream;
  uncalibrated[2] = static_cast<std::uint8_t>(uncalibrated[2] & ~0x08U);
  testing::repair_checksum(uncalibrated);
  bad_input_message([&] { decode_tensor(codec, uncalibrated, {}); });
}

TEST(LearnedCodec, SurvivesDamagedStreams) {
  const ConfiguredCodec codec = opened_codec(fold_bottleneck());
  const Bytes stream = encode_tensor(codec, picture(3));
  for (std::size_t size = 0; size < stream.size(); ++size) {
    const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    bad_input_message([&] { decode_tensor(codec, cut, {}); });
  }
  Rng rng(1);
  for (int i = 0; i < 2000; ++i) {
    Bytes damaged = stream;
    damaged[rng.below(damaged.size())] = static_cast<std::uint8_t>(rng.below(256));
    testing::repair_checksum(damaged);
    try {
      EXPECT_EQ(decode_tensor(codec, damaged, {}).shape(), (Shape{1, 4}));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    }
  }
}

TEST(LearnedCodec, NetworksThatDoNotMakeWhatTheFileSaysAreRefused) {
  Bottleneck encoder = fold_bottleneck();
  encoder.encoder.network = testing::archive_of("odd");
  expect_in(refusal(encoder),
            "its encoder makes float32 1x5 of float32 1x1x4x4, not float32 1x4x1");
  Bottleneck decoder = fold_bottleneck();
  decoder.decoder.network = testing::archive_of("odd");
  expect_in(refusal(decoder), "its decoder makes float32 1x5");
}

TEST(LearnedCodec, BottlenecksOfOtherMethodsAreRefused) {
  expect_in(bad_input_message([] {
              with_bottleneck(make_codec(parse_spec("aecnn:file=x")), opened(fold_bottleneck()));
            }),
            "holds a bottleneck of 'bottlefit', not of 'aecnn'");
}

}  // namespace
}  // namespace splitbench
