// klt: the Karhunen-Loeve transform across channels, a cosine transform in space, and entropy
// coding of the coefficients in contexts, all calibrated on unlabelled samples (codec/klt/).
//
// Body: the step as one byte (2^(byte / 16 - 8), codec/klt/level_model.h), then the entropy
// coder's bytes (codec/klt/level_coder.h). Everything else is in the calibration
// (codec/klt/parameters.h).
//
// With weights=fisher the transform whitens errors by the Fisher information of the tensor, so that
// an equal error in any coefficient changes the network's answer equally; steps are in units of
// which one in every coefficient makes half a nat. With weights=none, or where no gradients are to
// be had, an error counts by its square and steps are in standard deviations of the tensor.
//
// NaN and infinity are refused. Bytes and decoded values are the same on every platform.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/affine.h"
#include "codec/features.h"
#include "codec/klt/calibrate.h"
#include "codec/klt/feature_transform.h"
#include "codec/klt/level_coder.h"
#include "codec/klt/level_context.h"
#include "codec/klt/level_model.h"
#include "codec/klt/parameters.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "klt stream";
constexpr double kDefaultStep = 0.7;
constexpr double kCoarsestStep = 6;
constexpr double kFinestStep = 0.1;

std::string not_features_reason(const TensorSpec& spec) {
  if (!is_features(spec)) {
    return "takes float32 features of one input (1xCxHxW or 1xC); this is " + tensor_text(spec);
  }
  if (static_cast<std::size_t>(spec.shape[1]) > klt::kMaxChannels) {
    return "takes up to " + std::to_string(klt::kMaxChannels) + " channels; this is " +
           tensor_text(spec);
  }
  return "";
}

klt::BlockGrid require_grid(const TensorSpec& spec) {
  const std::string reason = not_features_reason(spec);
  if (!reason.empty()) throw bad_input("codec klt " + reason);
  return klt::block_grid(spec.shape);
}

class KltCodec : public Codec {
 public:
  KltCodec(klt::Parameters parameters, const klt::BlockGrid& grid, klt::StepIndex step, float rdo)
      : parameters_(std::move(parameters)),
        transform_(parameters_, grid),
        step_(step),
        model_(parameters_, transform_.scan(), step),
        coder_(parameters_.tables),
        chooser_(coder_, rdo) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    return not_features_reason(spec);
  }

  Bytes encode(const Tensor& tensor) const override {
    finite_range(tensor.as<float>(), tensor.elements());  // refuses NaN and infinity
    std::vector<float> buffer = transform_.make_buffer();
    std::vector<float> values = transform_.make_values(model_);
    klt::LevelWriter levels(coder_, chooser_, level_count(model_));
    for (std::size_t block = 0; block < transform_.grid().blocks(); ++block) {
      transform_.forward(tensor.as<float>(), block, model_, buffer, values);
      encode_block(values.data(), levels);
    }
    ByteWriter writer;
    writer.u8(step_);
    writer.raw(levels.stream(klt::coder_states(level_count(model_))));
    return writer.take();
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    ByteReader reader(body, kStream);
    const klt::StepIndex step = reader.u8();
    if (step == step_) return decode(reader.rest(), model_, spec);
    return decode(reader.rest(), klt::LevelModel(parameters_, transform_.scan(), step), spec);
  }

 private:
  std::size_t level_count(const klt::LevelModel& model) const {
    return model.levels() * transform_.grid().blocks();
  }

  void encode_block(const float* values, klt::LevelWriter& writer) const {
    klt::for_each_group(model_,
                        [&](std::size_t first, const std::uint8_t* contexts, std::size_t count) {
                          const klt::CodedCoefficient* coefficients = model_.coefficients() + first;
                          std::array<float, klt::kLevelsInGroup> of_group;
                          for (std::size_t i = 0; i < klt::kLevelsInGroup; ++i) {
                            of_group[i] = values[coefficients[i].place];
                          }
                          return writer.group(contexts, of_group.data(), count);
                        });
  }

  Tensor decode(ByteView levels, const klt::LevelModel& model, const TensorSpec& spec) const {
    switch (klt::coder_states(level_count(model))) {
      case 1:
        return decode_with<1>(levels, model, spec);
      case 2:
        return decode_with<2>(levels, model, spec);
      case 4:
        return decode_with<4>(levels, model, spec);
      default:
        return decode_with<8>(levels, model, spec);
    }
  }

  template <std::size_t kStates>
  Tensor decode_with(ByteView levels, const klt::LevelModel& model, const TensorSpec& spec) const {
    Tensor tensor = Tensor::allocate(spec);
    // One more, where levels that are 0 may be left.
    std::vector<klt::Amplitude> amplitudes(model.levels() + 1);
    std::vector<float> buffer = transform_.make_buffer();
    klt::LevelReader<kStates> reader(coder_, levels, kStream);
    for (std::size_t block = 0; block < transform_.grid().blocks(); ++block) {
      klt::Amplitude* next = amplitudes.data();
      klt::for_each_group(
          model, [&](std::size_t first, const std::uint8_t* contexts, std::size_t count) {
            const klt::CodedCoefficient* coefficients = model.coefficients() + first;
            return reader.group(contexts, count, [&](std::size_t i, float point, bool counts) {
              *next = {coefficients[i], point * model.from_levels()[coefficients[i].place]};
              next += counts ? 1 : 0;  // without a branch that is hard to predict
            });
          });
      const auto count = static_cast<std::size_t>(next - amplitudes.data());
      transform_.inverse(amplitudes.data(), count, model, block, buffer,
                         tensor.mutable_as<float>());
    }
    reader.finish();
    return tensor;
  }

  klt::Parameters parameters_;
  klt::FeatureTransform transform_;
  klt::StepIndex step_;
  klt::LevelModel model_;
  klt::LevelCoder coder_;
  klt::LevelChooser chooser_;
};

Bytes calibrate_klt(const Spec& spec, const CalibrationSamples& samples) {
  const klt::BlockGrid grid = require_grid(samples.spec());
  const bool weighted = spec.options.at("weights") == "fisher";
  return klt::write_parameters(klt::calibrate(samples, grid, weighted));
}

std::unique_ptr<Codec> make_klt(const Spec& spec, const TensorSpec& tensor, ByteView calibration) {
  const klt::BlockGrid grid = require_grid(tensor);
  return std::make_unique<KltCodec>(klt::read_parameters(calibration, grid), grid,
                                    klt::nearest_step(real_value(spec, "step")),
                                    static_cast<float>(real_value(spec, "rdo")));
}

}  // namespace

CodecFactory klt_codec() {
  CodecFactory factory;
  factory.description.name = "klt";
  factory.description.summary =
      "calibrated transform coding: Karhunen-Loeve across channels, cosine in space";
  factory.description.wire_id = 10;
  factory.description.options = {
      choice_option("weights", {"fisher", "none"},
                    "how errors count: by what they do to the network's answer, or all alike"),
      real_option("step", kDefaultStep, 0.01, 64,
                  "of the quantiser; finer costs more bytes (rounded to 1/16 octave)"),
      real_option("rdo", 0.05, 0, 2,
                  "price of a bit, in squared steps, when levels are chosen; 0 rounds")};
  factory.description.rate = RateAxis{"step", kCoarsestStep, kFinestStep};
  factory.description.default_sweep = {
      "klt:step=0.12,0.18,0.25,0.32,0.4,0.5,0.63,0.8,1,1.25,1.6,2"};
  CalibratedFactory calibrated;
  calibrated.needed = [](const Spec& /*spec*/) { return true; };
  calibrated.options = {"weights"};
  calibrated.calibrate = calibrate_klt;
  calibrated.make = make_klt;
  factory.calibrated = calibrated;
  return factory;
}

}  // namespace splitbench
