// What every codec must do, run over every codec of codec/builtin.inc with its default settings,
// its default sweep, and the extremes of each of its options. A new codec needs no edit here. One
// that must be calibrated first is, on synthetic samples, for every tensor that it meets.
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.h"
#include "codec/registry.h"
#include "codec/stream.h"
#include "codec/tensor_text.h"
#include "support/calibration_samples.h"
#include "support/codec_conformance.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::random_elements;
using testing::relu_floats;
using testing::sample_tensors;

class EveryCodec : public ::testing::TestWithParam<std::string> {
 protected:
  // As it meets tensors like this one.
  const ConfiguredCodec& codec_for(const TensorSpec& spec) {
    const auto [place, is_new] = ready_.try_emplace(tensor_text(spec), codec_);
    if (is_new) place->second = testing::ready_codec(codec_, spec);
    return place->second;
  }

  bool takes(const Tensor& tensor) {
    return unsupported_reason(codec_for(tensor.spec()), {tensor.spec()}).empty();
  }

  Bytes encode(const Tensor& tensor) { return encode_tensor(codec_for(tensor.spec()), tensor); }

  std::vector<Tensor> supported() {
    std::vector<Tensor> tensors;
    for (Tensor& tensor : sample_tensors()) {
      if (takes(tensor)) tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

  // Of different types, where the codec takes several: enough for the tests of damage, which
  // decode each stream thousands of times.
  std::vector<Tensor> small_supported() {
    std::vector<Tensor> tensors;
    std::set<DType> seen;
    for (const Tensor& tensor : supported()) {
      const bool worth_it = tensor.elements() > 1 && tensor.elements() < 200;
      if (worth_it && seen.insert(tensor.dtype()).second) tensors.push_back(tensor);
    }
    return tensors;
  }

  ConfiguredCodec codec_ = make_codec(parse_spec(GetParam()));

 private:
  std::map<std::string, ConfiguredCodec> ready_;
};

INSTANTIATE_TEST_SUITE_P(Codecs, EveryCodec, ::testing::ValuesIn(testing::all_codec_specs()),
                         testing::spec_test_name);

TEST_P(EveryCodec, DescribesItself) {
  const CodecDescription& description = codec_.description;
  EXPECT_FALSE(description.name.empty());
  EXPECT_FALSE(description.summary.empty());
  EXPECT_EQ(description.summary.find('\n'), std::string::npos);
  EXPECT_NE(description.wire_id, 0);
  EXPECT_GE(description.format_version, 1);
  EXPECT_LE(description.format_version, 15) << "the header has four bits for it";
  for (const OptionDescription& option : description.options) {
    EXPECT_FALSE(option.name.empty());
    EXPECT_FALSE(option.help.empty()) << option.name;
    EXPECT_EQ(option.type == OptionType::kChoice, !option.choices.empty()) << option.name;
    EXPECT_LE(option.minimum, option.maximum) << option.name;
  }
  for (const ConfiguredCodec& swept : make_codecs(description.default_sweep)) {
    EXPECT_EQ(swept.description.name, description.name);
  }
  EXPECT_EQ(make_codec(parse_spec(codec_.spec)).spec, codec_.spec);
}

TEST_P(EveryCodec, TakesSomeTensorsAndSaysWhyNotOthers) {
  EXPECT_FALSE(supported().empty());
  for (const Tensor& tensor : sample_tensors()) {
    const std::string reason = unsupported_reason(codec_for(tensor.spec()), {tensor.spec()});
    EXPECT_EQ(reason.find('\n'), std::string::npos);
    if (reason.empty()) continue;
    const std::string message = bad_input_message([&] { encode(tensor); });
    EXPECT_NE(message.find(reason), std::string::npos) << message;
    EXPECT_NE(message.find(codec_.spec), std::string::npos) << message;
  }
}

TEST_P(EveryCodec, DecodesWhatItEncodes) {
  const bool default_options = codec_.spec == make_codec(Spec{codec_.description.name, {}}).spec;
  for (const Tensor& tensor : supported()) {
    const ConfiguredCodec& codec = codec_for(tensor.spec());
    const Bytes stream = encode_tensor(codec, tensor);
    EXPECT_EQ(encode_tensor(codec, tensor), stream) << "encoding is deterministic";
    const Tensor back = decode_tensor(codec, stream, {});
    EXPECT_EQ(back.spec(), tensor.spec());
    if (!codec.calibration) {
      EXPECT_TRUE(bit_identical(decode_tensor(stream, {}), back)) << "settings are in the stream";
    }
    if (codec_.description.lossless && default_options) {
      EXPECT_TRUE(bit_identical(back, tensor)) << shape_text(tensor.shape());
    }
  }
}

// Random shapes on top of the fixed samples.
TEST_P(EveryCodec, TakesAnyShapeItDoesNotRefuse) {
  Rng rng(20);
  for (int i = 0; i < 40; ++i) {
    Shape shape;
    const std::uint64_t rank = rng.below(5);
    for (std::uint64_t d = 0; d < rank; ++d) {
      shape.push_back(d == 0 ? 1 : static_cast<std::int64_t>(1 + rng.below(12)));
    }
    for (const Tensor& tensor :
         {relu_floats(shape, rng.next()), random_elements(DType::kU8, shape, rng.next())}) {
      if (!takes(tensor)) continue;
      const ConfiguredCodec& codec = codec_for(tensor.spec());
      EXPECT_EQ(decode_tensor(codec, encode_tensor(codec, tensor), {}).spec(), tensor.spec());
    }
  }
}

TEST_P(EveryCodec, CodesOrRefusesNonFiniteValues) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity}) {
    Tensor tensor = relu_floats({1, 3, 5, 7}, 3);
    if (!takes(tensor)) return;
    const ConfiguredCodec& codec = codec_for(tensor.spec());
    tensor.mutable_as<float>()[50] = value;
    try {
      const Tensor back = decode_tensor(codec, encode_tensor(codec, tensor), {});
      EXPECT_EQ(back.spec(), tensor.spec());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    }
  }
}

TEST_P(EveryCodec, RefusesAStreamCutOffAnywhere) {
  for (const Tensor& tensor : small_supported()) {
    const ConfiguredCodec& codec = codec_for(tensor.spec());
    const Bytes stream = encode_tensor(codec, tensor);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      // A copy of exactly this size, so that a sanitizer sees a read past its end.
      const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
      bad_input_message([&] { decode_tensor(codec, cut, {}); });
    }
  }
}

TEST_P(EveryCodec, RefusesAnyFlippedBit) {
  for (const Tensor& tensor : small_supported()) {
    const ConfiguredCodec& codec = codec_for(tensor.spec());
    const Bytes stream = encode_tensor(codec, tensor);
    for (std::size_t bit = 0; bit < 8 * stream.size(); ++bit) {
      Bytes damaged = stream;
      damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
      bad_input_message([&] { decode_tensor(codec, damaged, {}); });
    }
  }
}

// Behind a right checksum: the decoder of the body is on its own.
TEST_P(EveryCodec, SurvivesHostileBodies) {
  Rng rng(5);
  const auto survive = [](const Codec& codec, const Bytes& body, const TensorSpec& spec) {
    try {
      EXPECT_EQ(codec.decode(body, spec).spec(), spec);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    }
  };
  for (const Tensor& tensor : small_supported()) {
    const Codec& codec = *codec_for(tensor.spec()).codec;
    const Bytes body = codec.encode(tensor);
    for (std::size_t size = 0; size < body.size(); ++size) {
      survive(codec, Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)),
              tensor.spec());
    }
    for (int i = 0; i < 500; ++i) {
      Bytes damaged = body;
      for (std::uint64_t flips = 1 + rng.below(4); flips > 0; --flips) {
        damaged[rng.below(damaged.size())] = static_cast<std::uint8_t>(rng.below(256));
      }
      survive(codec, damaged, tensor.spec());
    }
    for (const Tensor& other : sample_tensors()) survive(codec, body, other.spec());
  }
}

TEST_P(EveryCodec, RefusesAnEmptyBody) {
  for (const Tensor& tensor : supported()) {
    if (tensor.elements() == 0) continue;
    const ConfiguredCodec& codec = codec_for(tensor.spec());
    bad_input_message([&] { codec.codec->decode(ByteView(), tensor.spec()); });
  }
}

TEST_P(EveryCodec, RefusesAHugeDeclaredShape) {
  for (const Tensor& tensor : small_supported()) {
    testing::CraftedHeader header;
    header.wire_id = codec_.description.wire_id;
    header.format_version = codec_.description.format_version;
    header.dtype = static_cast<unsigned>(tensor.dtype());
    const ConfiguredCodec& codec = codec_for(tensor.spec());
    header.calibration = codec.calibration;
    const Bytes body = codec.codec->encode(tensor);
    const std::vector<std::vector<std::uint64_t>> shapes = {
        {1, 1, 1U << 15, 1U << 16},              // beyond the default limit
        {1, 3, 1ULL << 40, 1ULL << 40},          // beyond what can be counted
        {1, 1, (1U << 13) + 1, (1U << 13) - 1},  // within the limit, but not what the body holds
        {1, (1U << 25) + 1}};
    for (const auto& dimensions : shapes) {
      header.dimensions = dimensions;
      const Bytes stream = testing::craft_stream(header, body);
      bad_input_message([&] { decode_tensor(codec, stream, {}); });
    }
  }
}

TEST_P(EveryCodec, NamesBothVersionsOfANewerStream) {
  testing::CraftedHeader header;
  header.wire_id = codec_.description.wire_id;
  header.format_version = codec_.description.format_version + 1U;
  header.dimensions = {1, 3};
  if (header.format_version > 15) GTEST_SKIP() << "the header's four bits are used up";
  const std::string message =
      bad_input_message([&] { decode_tensor(codec_, testing::craft_stream(header, {}), {}); });
  const std::string known = "version " + std::to_string(codec_.description.format_version);
  EXPECT_NE(message.find("version " + std::to_string(header.format_version)), std::string::npos);
  EXPECT_NE(message.find(known), std::string::npos);
}

TEST_P(EveryCodec, WorksFromSeveralThreads) {
  const std::vector<Tensor> tensors = supported();
  std::vector<ConfiguredCodec> codecs;
  std::vector<Bytes> streams;
  for (const Tensor& tensor : tensors) {
    codecs.push_back(codec_for(tensor.spec()));
    streams.push_back(encode_tensor(codecs.back(), tensor));
  }
  std::atomic<int> differences{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        const Tensor expected = decode_tensor(codecs[i], streams[i], {});
        const Bytes stream = encode_tensor(codecs[i], tensors[i]);
        const bool same =
            stream == streams[i] && bit_identical(decode_tensor(codecs[i], stream, {}), expected);
        differences += same ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, 0);
}

}  // namespace
}  // namespace splitbench
