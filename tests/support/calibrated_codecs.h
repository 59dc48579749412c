// Every codec that can learn from samples, as fuzz targets pick it by the first two bytes of their
// input: the codec's wire id, and a number for its settings and the shape of the tensor. Corpora
// stay valid when codecs are added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "codec/calibration.h"
#include "codec/registry.h"
#include "support/calibration_samples.h"

namespace splitbench::testing {

constexpr std::size_t kSelectorBytes = 2;

// One that needs a calibration, and has it or has not.
struct CalibratedCase {
  ConfiguredCodec codec;
  TensorSpec spec;
};

// Small, so that a fuzzer is fast: a feature map and a vector.
inline std::vector<TensorSpec> small_calibrated_specs() {
  return {{DType::kF32, {1, 6, 9, 10}}, {DType::kF32, {1, 12}}};
}

// The default settings and each choice of each option, where they need a calibration.
inline std::vector<ConfiguredCodec> uncalibrated_codecs(const CodecDescription& description) {
  std::vector<ConfiguredCodec> codecs;
  const auto add = [&codecs](const Spec& spec) {
    const ConfiguredCodec codec = make_codec(spec);
    if (lacks_calibration(codec)) codecs.push_back(codec);
  };
  add(Spec{description.name, {}});
  for (const OptionDescription& option : description.options) {
    for (const std::string& choice : option.choices) {
      if (choice != option.default_value) add(Spec{description.name, {{option.name, choice}}});
    }
  }
  return codecs;
}

// With several groups of channels, and enough values for the entropy coder to use all its states.
inline std::vector<TensorSpec> larger_calibrated_specs() { return {{DType::kF32, {1, 200, 6, 7}}}; }

// Larger ones last, so that older inputs still mean what they meant.
inline std::vector<CalibratedCase> uncalibrated_cases() {
  std::vector<CalibratedCase> cases;
  for (const auto& specs : {small_calibrated_specs(), larger_calibrated_specs()}) {
    for (const CodecFactory& factory : codec_factories()) {
      for (const ConfiguredCodec& codec : uncalibrated_codecs(factory.description)) {
        for (const TensorSpec& spec : specs) cases.push_back({codec, spec});
      }
    }
  }
  return cases;
}

// The codec that all inputs are for, whatever their first byte says, so that one can be fuzzed by
// itself: SPLITBENCH_FUZZ_CODEC=klt. By its wire id; negative without the variable.
inline int only_codec() {
  static const int kOnly = [] {
    const char* name = std::getenv("SPLITBENCH_FUZZ_CODEC");
    if (name == nullptr) return -1;
    return static_cast<int>(make_codec(Spec{name, {}}).description.wire_id);
  }();
  return kOnly;
}

// The case that an input of at least kSelectorBytes stands for; null when there is none.
inline const CalibratedCase* selected_case(const std::vector<CalibratedCase>& cases,
                                           ByteView input) {
  const int wire_id = only_codec() >= 0 ? only_codec() : input.data[0];
  std::vector<const CalibratedCase*> of_codec;
  for (const CalibratedCase& candidate : cases) {
    if (candidate.codec.description.wire_id == wire_id) of_codec.push_back(&candidate);
  }
  return of_codec.empty() ? nullptr : of_codec[input.data[1] % of_codec.size()];
}

}  // namespace splitbench::testing
