// disc: after DISC (arXiv 2202.01699), reconstructed from its abstract; codec/disc/README.md has
// the method and every choice that the abstract leaves open.
//
// Body: the symbols of codec/disc/symbol_tables.h for all blocks of all coded channels, as one
// stream of codec/entropy/rans.h. Everything else is in the calibration. NaN and infinity are
// refused; values far outside the calibrated range are clipped.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "codec/disc/calibrator.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/tensor_coder.h"
#include "codec/features.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "disc stream";
constexpr double kFinestStep = 0.02;
constexpr double kCoarsestStep = 50;

// More channels than any network has: bounds what a calibration may allocate.
constexpr std::int64_t kMaxChannels = 1 << 16;

std::string unsupported(const TensorSpec& spec) {
  if (!is_features(spec)) {
    return "takes float32 features of one input (1xCxHxW or 1xC); this is " + tensor_text(spec);
  }
  if (spec.shape[1] > kMaxChannels) {
    return "takes at most " + std::to_string(kMaxChannels) + " channels; this is " +
           tensor_text(spec);
  }
  return "";
}

void require_supported(const TensorSpec& spec, const char* what) {
  const std::string reason = unsupported(spec);
  if (!reason.empty()) throw bad_input(std::string(what) + ": disc " + reason);
}

class DiscCodec : public Codec {
 public:
  explicit DiscCodec(disc::Model model) : model_(std::move(model)) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    return unsupported(spec);
  }

  // The tensor has the shape that was calibrated (codec/calibration.h sees to that).
  Bytes encode(const Tensor& tensor) const override {
    disc::require_finite(tensor);
    return disc::encode_coefficients(model_, disc::analyse(model_, tensor.as<float>()));
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const disc::QuantisedTensor quantised = disc::decode_coefficients(model_, body, kStream);
    Tensor tensor = Tensor::allocate(spec);
    disc::synthesise(model_, quantised, tensor.mutable_as<float>());
    return tensor;
  }

 private:
  disc::Model model_;
};

disc::Settings settings_of(const Spec& spec) {
  disc::Settings settings;
  settings.mixed = spec.options.at("mixing") == "klt";
  settings.transformed = spec.options.at("transform") == "dct";
  settings.step = real_value(spec, "step");
  settings.deadzone = real_value(spec, "deadzone");
  settings.gate = real_value(spec, "gate");
  return settings;
}

}  // namespace

CodecFactory disc_codec() {
  CodecFactory factory;
  CodecDescription& description = factory.description;
  description.name = "disc";
  description.summary = "calibrated dead-zone quantisation of 8x8 blocks, after DISC";
  description.wire_id = 9;
  description.options = {
      choice_option("transform", {"dct", "none"}, "of the values in a block"),
      choice_option("mixing", {"klt", "none"}, "of up to 32 channels, where it saves bytes"),
      real_option("step", 1, kFinestStep, kCoarsestStep, "quantiser step; larger is coarser"),
      real_option("deadzone", 0.5, 0.5, 1, "part of a step below which a value becomes 0"),
      real_option("gate", 0.25, 0, 100,
                  "a channel with less than so much of the quantiser's noise is not coded")};
  description.rate = RateAxis{"step", kCoarsestStep, kFinestStep};
  description.default_sweep = {"disc:step=0.12,0.18,0.25,0.4,0.5,0.6,0.72,0.85,1.2,1.7,2.4,3.4"};
  CalibratedFactory calibrated;
  calibrated.needed = [](const Spec&) { return true; };
  calibrated.options = {"transform", "mixing", "step", "deadzone", "gate"};
  calibrated.calibrate = [](const Spec& spec, const CalibrationSamples& samples) {
    require_supported(samples.spec(), "disc calibration");
    return disc::write_parameters(disc::calibrate(settings_of(spec), samples));
  };
  calibrated.make = [](const Spec& /*spec*/, const TensorSpec& tensor,
                       ByteView calibration) -> std::unique_ptr<Codec> {
    require_supported(tensor, "disc calibration");
    const disc::FeatureMaps maps = disc::feature_maps(tensor.shape);
    return std::make_unique<DiscCodec>(
        disc::Model(disc::read_parameters(calibration, maps.channels), maps.grid));
  };
  factory.calibrated = calibrated;
  return factory;
}

}  // namespace splitbench
