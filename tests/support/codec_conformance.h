// The codecs and tensors that the conformance tests go over. A new codec needs no edit here.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <limits>
#include <string>
#include <vector>

#include "codec/registry.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"

namespace splitbench::testing {

// Valid tensors of all element types and odd shapes, the empty ones too.
inline std::vector<Tensor> sample_tensors() {
  constexpr float kMax = std::numeric_limits<float>::max();
  std::vector<Tensor> samples = {
      constant_floats({1, 1, 1, 1}, 1.5F),
      constant_floats({1, 3, 5, 7}, 0),
      constant_floats({1, 2, 4, 4}, -3.25F),
      floats({1, 2, 1, 2}, {-kMax, kMax, 0, 1}),
      floats({1, 3}, {1e-40F, -1e-45F, 0}),
      relu_floats({1, 7}, 1),
      relu_floats({1, 200}, 2),
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
inline std::vector<std::string> extreme_specs(const CodecDescription& description) {
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

// Canonical specs: defaults, default sweeps and the extremes of every codec's options.
inline std::vector<std::string> all_codec_specs() {
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

// The codec as it meets such tensors: calibrated for them where it must be and can be.
inline ConfiguredCodec ready_codec(const ConfiguredCodec& codec, const TensorSpec& spec) {
  if (!lacks_calibration(codec) || !has_batch_of_one(spec)) return codec;
  try {
    return calibrated_for(codec, spec);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return codec;
  }
}

// Specs as names of tests.
inline std::string spec_test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

}  // namespace splitbench::testing
