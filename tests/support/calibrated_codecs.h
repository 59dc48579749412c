// Every codec that can learn from samples, as fuzz targets pick it by the first two bytes of their
// input: the codec's wire id, and a number for its settings and the shape of the tensor. Corpora
// stay valid when codecs are added.
#pragma once

#include <cstddef>
#include <cstdint>
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

inline std::vector<CalibratedCase> uncalibrated_cases() {
  std::vector<CalibratedCase> cases;
  for (const CodecFactory& factory : codec_factories()) {
    for (const ConfiguredCodec& codec : uncalibrated_codecs(factory.description)) {
      for (const TensorSpec& spec : small_calibrated_specs()) cases.push_back({codec, spec});
    }
  }
  return cases;
}

// The case that an input of at least kSelectorBytes stands for; null when there is none.
inline const CalibratedCase* selected_case(const std::vector<CalibratedCase>& cases,
                                           ByteView input) {
  std::vector<const CalibratedCase*> of_codec;
  for (const CalibratedCase& candidate : cases) {
    if (candidate.codec.description.wire_id == input.data[0]) of_codec.push_back(&candidate);
  }
  return of_codec.empty() ? nullptr : of_codec[input.data[1] % of_codec.size()];
}

}  // namespace splitbench::testing
