// disc: after DISC (arXiv 2202.01699), reconstructed from its abstract; codec/disc/README.md has
// the method and every choice that the abstract leaves open.
//
// Body: the symbols of codec/disc/block_coder.h of all blocks of all coded channels, as one
// range-coded stream. Everything else is in the calibration. NaN and infinity are refused.

#include <memory>
#include <string>

#include "base/error.h"
#include "codec/disc/tensor_coder.h"
#include "codec/disc/calibrator.h"
#include "codec/disc/feature_maps.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "disc stream";

class DiscCodec : public Codec {
 public:
  explicit DiscCodec(disc::Model model) : model_(std::move(model)) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    const Shape& shape = spec.shape;
    if (spec.dtype != DType::kF32 || (shape.size() != 2 && shape.size() != 4) || shape[0] != 1 ||
        spec.elements() == 0) {
      return "takes float32 features of one input (1xCxHxW or 1xC); this is " + tensor_text(spec);
    }
    return "";
  }

  Bytes encode(const Tensor& tensor) const override {
    disc::require_finite(tensor);
    return disc::encode_coefficients(model_, disc::analyse(model_, tensor.as<float>()));
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const disc::SparseTensor sparse = disc::decode_coefficients(model_, body, kStream);
    Tensor tensor = Tensor::allocate(spec);
    disc::synthesise(model_, sparse, tensor.mutable_as<float>());
    return tensor;
  }

 private:
  disc::Model model_;
};

disc::Settings settings_of(const Spec& spec) {
  disc::Settings settings;
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
      choice_option("transform", {"dct", "none"}, "of blocks of up to 8x8 values"),
      real_option("step", 1, 0.01, 100, "quantiser step: larger is coarser"),
      real_option("deadzone", 0.5, 0.5, 1, "part of a step below which values become 0"),
      real_option("gate", 0, 0, 1, "part of the mean energy below which a channel is dropped")};
  description.rate = RateAxis{"step", 20, 0.1};
  description.default_sweep = {"disc:step=0.5,0.7,1,1.4,2,2.8,4,5.6"};
  CalibratedFactory calibrated;
  calibrated.needed = [](const Spec&) { return true; };
  calibrated.options = {"transform", "step", "deadzone", "gate"};
  calibrated.calibrate = [](const Spec& spec, const CalibrationSamples& samples) {
    return disc::write_parameters(disc::calibrate_parameters(settings_of(spec), samples));
  };
  calibrated.make = [](const Spec&, const TensorSpec& tensor,
                       ByteView calibration) -> std::unique_ptr<Codec> {
    const disc::FeatureMaps maps = disc::feature_maps(tensor.shape);
    return std::make_unique<DiscCodec>(
        disc::Model(disc::read_parameters(calibration, maps.channels), maps.grid));
  };
  factory.calibrated = calibrated;
  return factory;
}

}  // namespace splitbench
