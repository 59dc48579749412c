// What every codec must do, run over every codec of codec/builtin.inc with its default settings,
// its default sweep, and the extremes of each of its options. A new codec needs no edit here.
#include <gtest/gtest.h>

#include <atomic>
#include <cctype>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.h"
#include "codec/registry.h"
#include "codec/stream.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::constant_floats;
using testing::image;
using testing::random_elements;
using testing::relu_floats;

std::vector<Tensor> sample_tensors() {
  constexpr float kMax = std::numeric_limits<float>::max();
  std::vector<Tensor> samples = {
      constant_floats({1, 1, 1, 1}, 1.5F),
      constant_floats({1, 3, 5, 7}, 0),
      constant_floats({1, 2, 4, 4}, -3.25F),
      testing::floats({1, 2, 1, 2}, {-kMax, kMax, 0, 1}),
      testing::floats({1, 3}, {1e-40F, -1e-45F, 0}),
      relu_floats({1, 7}, 1),
      relu_floats({1, 1000}, 2),
      relu_floats({1, 3, 5, 7}, 3),
      relu_floats({1, 16, 8, 8}, 4),
      relu_floats({1, 5, 1, 31}, 5),
      relu_floats({3, 4, 5, 6}, 6),
      relu_floats({}, 7),
      image({1, 1, 1, 1}, 1),
      image({1, 3, 1, 2}, 2),
      image({1, 1, 9, 5}, 3),
      image({1, 3, 17, 16}, 4),
      Tensor::allocate({DType::kF32, {0, 3}}),
      Tensor::allocate({DType::kU8, {1, 3, 0, 4}}),
  };
  for (const DType dtype :
       {DType::kF16, DType::kU8, DType::kI64, DType::kI32, DType::kBool, DType::kF64}) {
    samples.push_back(random_elements(dtype, {1, 6, 3}, 9));
  }
  return samples;
}

// Each option at its extremes (or every choice), the others at their defaults.
std::vector<std::string> extreme_specs(const CodecDescription& description) {
  std::vector<std::string> specs;
  for (const OptionDescription& option : description.options) {
    std::vector<std::string> values = option.choices;
    if (option.type == OptionType::kInteger || option.type == OptionType::kReal) {
      values = {format_number(option.minimum), format_number(option.maximum)};
    }
    for (const std::string& value : values) {
      specs.push_back(Spec{description.name, {{option.name, value}}}.canonical());
    }
  }
  return specs;
}

std::vector<std::string> all_specs() {
  std::vector<std::string> texts;
  for (const CodecFactory& factory : codec_factories()) {
    const CodecDescription& description = factory.description;
    texts.push_back(description.name);
    for (const std::string& text : extreme_specs(description)) texts.push_back(text);
    for (const std::string& text : description.default_sweep) texts.push_back(text);
  }
  std::vector<std::string> specs;
  for (const ConfiguredCodec& codec : make_codecs(texts)) specs.push_back(codec.spec);
  return specs;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

class EveryCodec : public ::testing::TestWithParam<std::string> {
 protected:
  bool takes(const Tensor& tensor) const {
    return unsupported_reason(codec_, {tensor.spec()}).empty();
  }

  std::vector<Tensor> supported() const {
    std::vector<Tensor> tensors;
    for (Tensor& tensor : sample_tensors()) {
      if (takes(tensor)) tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

  // Of different types, where the codec takes several: enough for the tests of damage, which
  // decode each stream thousands of times.
  std::vector<Tensor> small_supported() const {
    std::vector<Tensor> tensors;
    std::set<DType> seen;
    for (const Tensor& tensor : supported()) {
      const bool worth_it = tensor.elements() > 1 && tensor.elements() < 200;
      if (worth_it && seen.insert(tensor.dtype()).second) tensors.push_back(tensor);
    }
    return tensors;
  }

  ConfiguredCodec codec_ = make_codec(parse_spec(GetParam()));
};

INSTANTIATE_TEST_SUITE_P(Codecs, EveryCodec, ::testing::ValuesIn(all_specs()), test_name);

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
    const std::string reason = unsupported_reason(codec_, {tensor.spec()});
    EXPECT_EQ(reason.find('\n'), std::string::npos);
    if (reason.empty()) continue;
    const std::string message = bad_input_message([&] { encode_tensor(codec_, tensor); });
    EXPECT_NE(message.find(reason), std::string::npos) << message;
    EXPECT_NE(message.find(codec_.spec), std::string::npos) << message;
  }
}

TEST_P(EveryCodec, DecodesWhatItEncodes) {
  const bool default_options = codec_.spec == make_codec(Spec{codec_.description.name, {}}).spec;
  for (const Tensor& tensor : supported()) {
    const Bytes stream = encode_tensor(codec_, tensor);
    EXPECT_EQ(encode_tensor(codec_, tensor), stream) << "encoding is deterministic";
    const Tensor back = decode_tensor(codec_, stream, {});
    EXPECT_EQ(back.spec(), tensor.spec());
    EXPECT_TRUE(bit_identical(decode_tensor(stream, {}), back)) << "settings are in the stream";
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
      EXPECT_EQ(decode_tensor(codec_, encode_tensor(codec_, tensor), {}).spec(), tensor.spec());
    }
  }
}

TEST_P(EveryCodec, CodesOrRefusesNonFiniteValues) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity}) {
    Tensor tensor = relu_floats({1, 3, 5, 7}, 3);
    if (!takes(tensor)) return;
    tensor.mutable_as<float>()[50] = value;
    try {
      const Tensor back = decode_tensor(codec_, encode_tensor(codec_, tensor), {});
      EXPECT_EQ(back.spec(), tensor.spec());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    }
  }
}

TEST_P(EveryCodec, RefusesAStreamCutOffAnywhere) {
  for (const Tensor& tensor : small_supported()) {
    const Bytes stream = encode_tensor(codec_, tensor);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      // A copy of exactly this size, so that a sanitizer sees a read past its end.
      const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
      bad_input_message([&] { decode_tensor(codec_, cut, {}); });
    }
  }
}

TEST_P(EveryCodec, RefusesAnyFlippedBit) {
  for (const Tensor& tensor : small_supported()) {
    const Bytes stream = encode_tensor(codec_, tensor);
    for (std::size_t bit = 0; bit < 8 * stream.size(); ++bit) {
      Bytes damaged = stream;
      damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
      bad_input_message([&] { decode_tensor(codec_, damaged, {}); });
    }
  }
}

// Behind a right checksum: the decoder of the body is on its own.
TEST_P(EveryCodec, SurvivesHostileBodies) {
  Rng rng(5);
  const auto survive = [&](const Bytes& body, const TensorSpec& spec) {
    try {
      EXPECT_EQ(codec_.codec->decode(body, spec).spec(), spec);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    }
  };
  for (const Tensor& tensor : small_supported()) {
    const Bytes body = codec_.codec->encode(tensor);
    for (std::size_t size = 0; size < body.size(); ++size) {
      survive(Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)), tensor.spec());
    }
    for (int i = 0; i < 500; ++i) {
      Bytes damaged = body;
      for (std::uint64_t flips = 1 + rng.below(4); flips > 0; --flips) {
        damaged[rng.below(damaged.size())] = static_cast<std::uint8_t>(rng.below(256));
      }
      survive(damaged, tensor.spec());
    }
    for (const Tensor& other : sample_tensors()) survive(body, other.spec());
  }
}

TEST_P(EveryCodec, RefusesAnEmptyBody) {
  for (const Tensor& tensor : supported()) {
    if (tensor.elements() == 0) continue;
    bad_input_message([&] { codec_.codec->decode(ByteView(), tensor.spec()); });
  }
}

TEST_P(EveryCodec, RefusesAHugeDeclaredShape) {
  for (const Tensor& tensor : small_supported()) {
    testing::CraftedHeader header;
    header.wire_id = codec_.description.wire_id;
    header.format_version = codec_.description.format_version;
    header.dtype = static_cast<unsigned>(tensor.dtype());
    const Bytes body = codec_.codec->encode(tensor);
    const std::vector<std::vector<std::uint64_t>> shapes = {
        {1, 1, 1U << 15, 1U << 16},              // beyond the default limit
        {1, 3, 1ULL << 40, 1ULL << 40},          // beyond what can be counted
        {1, 1, (1U << 13) + 1, (1U << 13) - 1},  // within the limit, but not what the body holds
        {1, (1U << 25) + 1}};
    for (const auto& dimensions : shapes) {
      header.dimensions = dimensions;
      const Bytes stream = testing::craft_stream(header, body);
      bad_input_message([&] { decode_tensor(codec_, stream, {}); });
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
  std::vector<Bytes> streams;
  for (const Tensor& tensor : tensors) streams.push_back(encode_tensor(codec_, tensor));
  std::atomic<int> differences{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        const Tensor expected = decode_tensor(codec_, streams[i], {});
        const Bytes stream = encode_tensor(codec_, tensors[i]);
        const bool same =
            stream == streams[i] && bit_identical(decode_tensor(codec_, stream, {}), expected);
        differences += same ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, 0);
}

}  // namespace
}  // namespace splitbench
