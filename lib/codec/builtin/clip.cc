// clip: a clipped N-level uniform quantiser and context-adaptive binary arithmetic coding.
//
// After Cohen, Choi and Bajic, "Lightweight compression of neural network feature tensors for
// collaborative intelligence" (ICME 2020) and "Lightweight compression of intermediate neural
// network features for collaborative intelligence" (2021), reconstructed: the papers' details could
// not be read. This is the one place that says what was chosen:
//
//   - The clipping range [c_min, c_max] is calibrated for each N: it minimises the squared error of
//     clipping and rounding together over a histogram of the calibration's values
//     (codec/clip/clipping_range.h); theirs comes from a model of the distribution. Behind a ReLU
//     c_min = 0; both ends are searched for signed features.
//   - N levels, the outer ones pinned on c_min and c_max, the others evenly between; values go to
//     the nearest level.
//   - Truncated unary binarisation: level k of the code is k ones and a zero, the last one without
//     its zero. Levels are numbered by how often they are met in the calibration, most often first;
//     behind a ReLU that is the order of their values, but for small differences, and for signed
//     features it begins with the level nearest to the middle instead of the rare c_min.
//   - Each binary decision is coded with an adaptive probability (codec/entropy/adaptive_bit.h)
//     that belongs to its place in the code and, with context=neighbours, to whether the values to
//     the left and above, in the same channel, are at code 0. Outside the channel everything is.
//     Probabilities start at one half in every stream.
//   - N from 2 to 64; rate is moved by N alone. Their entropy-constrained quantiser is not here.
//
// Calibration: one byte with N, the range as two float32, for each code its level (one byte each).
// Body: one byte with the context (0 index, 1 neighbours), then the entropy coder's bytes to the
// end, in the order of the elements.
//
// NaN and infinity are refused. The bytes are the same on every platform.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/affine.h"
#include "codec/clip/clipping_range.h"
#include "codec/entropy/rans.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "clip stream";
constexpr const char* kCalibration = "clip calibration";
constexpr unsigned kMinLevels = 2;
constexpr unsigned kMaxLevels = 64;
constexpr unsigned kPrecision = 12;      // of probabilities when they are coded
constexpr std::size_t kStates = 4;       // of the entropy coder
constexpr unsigned kNeighbourhoods = 4;  // left at code 0 or not, above at code 0 or not

enum class Context : std::uint8_t { kIndex = 0, kNeighbours = 1 };

using Permutation = std::array<std::uint8_t, kMaxLevels>;

struct Quantiser {
  unsigned levels = kMinLevels;
  AffineRange range;
  Permutation level_of_code{};
  Permutation code_of_level{};
};

std::string refusal(const TensorSpec& spec) {
  if (spec.dtype != DType::kF32) return "takes float32 features; this is " + tensor_text(spec);
  if (spec.elements() == 0) return "takes at least one value; this is " + tensor_text(spec);
  return "";
}

// ---- calibration ----

ValueHistogram histogram_of(const CalibrationSamples& samples) {
  const std::size_t count = samples.spec().elements();
  AffineRange range = finite_range(samples.value(0).as<float>(), count);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const AffineRange own = finite_range(samples.value(i).as<float>(), count);
    range.minimum = std::min(range.minimum, own.minimum);
    range.maximum = std::max(range.maximum, own.maximum);
  }
  ValueHistogram histogram(range);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    histogram.add(samples.value(i).as<float>(), count);
  }
  histogram.accumulate();
  return histogram;
}

std::vector<std::uint8_t> levels_by_frequency(const ValueHistogram& histogram, AffineRange range,
                                              unsigned levels) {
  const auto cells = quantiser_cells(histogram, range, levels);
  std::vector<std::uint8_t> order(levels);
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return cells[a].count > cells[b].count; });
  return order;
}

Bytes calibrate_clip(const Spec& spec, const CalibrationSamples& samples) {
  const std::string reason = refusal(samples.spec());
  if (!reason.empty()) throw bad_input("codec clip " + reason);
  const auto levels = static_cast<unsigned>(integer_value(spec, "levels"));
  const ValueHistogram histogram = histogram_of(samples);
  const AffineRange range = best_clipping_range(histogram, levels);
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(levels));
  write_range(writer, range);
  writer.raw(levels_by_frequency(histogram, range, levels));
  return writer.take();
}

Quantiser read_calibration(ByteView calibration, unsigned levels) {
  ByteReader reader(calibration, kCalibration);
  Quantiser quantiser;
  quantiser.levels = reader.u8();
  if (quantiser.levels != levels) {
    throw bad_input(std::string(kCalibration) + ": is for " + std::to_string(quantiser.levels) +
                    " levels, not for " + std::to_string(levels) + "; calibrate again");
  }
  quantiser.range = read_range(reader, kCalibration);
  std::array<bool, kMaxLevels> seen{};
  for (unsigned code = 0; code < levels; ++code) {
    const std::uint8_t level = reader.u8();
    if (level >= levels || seen[level]) {
      throw bad_input(std::string(kCalibration) + ": its codes do not stand for " +
                      std::to_string(levels) + " different levels");
    }
    seen[level] = true;
    quantiser.level_of_code[code] = level;
    quantiser.code_of_level[level] = static_cast<std::uint8_t>(code);
  }
  reader.expect_end();
  return quantiser;
}

// ---- coding ----

using Decoder = RansDecoder<kPrecision, kStates>;

// The model of each binary decision of a code.
class CodeModels {
 public:
  explicit CodeModels(unsigned levels)
      : last_(levels - 1), bits_(std::size_t{last_} * kNeighbourhoods) {}

  void encode(std::vector<CodeInterval>& intervals, unsigned code, unsigned neighbourhood) {
    AdaptiveBit* model = &bits_[neighbourhood];
    const auto encode_bit = [&](bool bit) {
      intervals.push_back(model->interval(bit, kPrecision));
      model->update(bit);
    };
    for (unsigned place = 0; place < code; ++place, model += kNeighbourhoods) encode_bit(true);
    if (code < last_) encode_bit(false);
  }

  unsigned decode(Decoder& decoder, unsigned neighbourhood) {
    AdaptiveBit* bit = &bits_[neighbourhood];
    unsigned code = 0;
    for (; code < last_ && decoder.bit(*bit); ++code) bit += kNeighbourhoods;
    return code;
  }

 private:
  unsigned last_;
  std::vector<AdaptiveBit> bits_;
};

// Calls visit(code, neighbourhood) for each code in order; it may set the code.
template <typename Visit>
void visit_codes(const TensorSpec& spec, Context context, Bytes& codes, Visit visit) {
  const Shape& shape = spec.shape;
  const bool planes = context == Context::kNeighbours && shape.size() > 2;
  if (!planes) {
    for (std::uint8_t& code : codes) visit(code, 0U);
    return;
  }
  const auto width = static_cast<std::size_t>(shape.back());
  const auto height = static_cast<std::size_t>(shape[shape.size() - 2]);
  const Bytes outside(width, 0);
  for (std::size_t row = 0; row < codes.size() / width; ++row) {
    std::uint8_t* const here = codes.data() + row * width;
    const std::uint8_t* const above = row % height == 0 ? outside.data() : here - width;
    unsigned left = 0;
    for (std::size_t x = 0; x < width; ++x) {
      const unsigned neighbourhood = (left != 0 ? 1U : 0U) + (above[x] != 0 ? 2U : 0U);
      visit(here[x], neighbourhood);
      left = here[x];
    }
  }
}

class ClipCodec : public Codec {
 public:
  ClipCodec(Quantiser quantiser, Context context) : quantiser_(quantiser), context_(context) {}

  std::string unsupported_reason(const TensorSpec& spec) const override { return refusal(spec); }

  Bytes encode(const Tensor& tensor) const override {
    Bytes codes = quantised(tensor);
    for (std::uint8_t& code : codes) code = quantiser_.code_of_level[code];
    CodeModels models(quantiser_.levels);
    std::vector<CodeInterval> intervals;
    visit_codes(tensor.spec(), context_, codes, [&](std::uint8_t code, unsigned neighbourhood) {
      models.encode(intervals, code, neighbourhood);
    });
    ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(context_));
    writer.raw(encode_intervals(intervals.data(), intervals.size(), kPrecision, kStates));
    return writer.take();
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const std::string reason = refusal(spec);
    if (!reason.empty()) throw bad_input(std::string(kStream) + ": " + reason);
    ByteReader reader(body, kStream);
    const auto context = static_cast<Context>(reader.u8());
    if (context != Context::kIndex && context != Context::kNeighbours) {
      throw bad_input(std::string(kStream) + ": names context " +
                      std::to_string(static_cast<unsigned>(context)) + ", 0 and 1 are possible");
    }
    Bytes codes(spec.elements());
    CodeModels models(quantiser_.levels);
    Decoder decoder(reader.rest(), kStream);
    visit_codes(spec, context, codes, [&](std::uint8_t& code, unsigned neighbourhood) {
      code = static_cast<std::uint8_t>(models.decode(decoder, neighbourhood));
    });
    decoder.finish();
    for (std::uint8_t& code : codes) code = quantiser_.level_of_code[code];
    Tensor tensor = Tensor::allocate(spec);
    dequantise(codes.data(), codes.size(), quantiser_.range, quantiser_.levels - 1,
               tensor.mutable_as<float>());
    return tensor;
  }

 private:
  // The level nearest to each value.
  Bytes quantised(const Tensor& tensor) const {
    const auto* values = tensor.as<float>();
    const std::size_t count = tensor.elements();
    finite_range(values, count);  // refuses NaN and infinity
    std::vector<float> clipped(count);
    std::transform(values, values + count, clipped.begin(), [this](float value) {
      return std::clamp(value, quantiser_.range.minimum, quantiser_.range.maximum);
    });
    Bytes levels(count);
    quantise(clipped.data(), count, quantiser_.range, quantiser_.levels - 1, levels.data());
    return levels;
  }

  Quantiser quantiser_;
  Context context_;
};

}  // namespace

CodecFactory clip_codec() {
  CodecFactory factory;
  factory.description.name = "clip";
  factory.description.summary =
      "calibrated clipping, 2..64 levels, binary arithmetic coding: after Cohen, Choi and Bajic, "
      "reconstructed";
  factory.description.wire_id = 8;
  factory.description.options = {
      integer_option("levels", 4, kMinLevels, kMaxLevels, "levels of the quantiser"),
      choice_option("context", {"neighbours", "index"},
                    "what probabilities depend on besides the place in the code: the values to the "
                    "left and above, or nothing")};
  factory.description.rate = RateAxis{"levels", kMinLevels, kMaxLevels};
  factory.description.default_sweep = {"clip:levels=2,3,4,6,8,12,16,24,32,48"};
  CalibratedFactory calibrated;
  calibrated.needed = [](const Spec& /*spec*/) { return true; };
  calibrated.options = {"levels"};
  calibrated.calibrate = calibrate_clip;
  calibrated.make = [](const Spec& spec, const TensorSpec& /*tensor*/,
                       ByteView calibration) -> std::unique_ptr<Codec> {
    const auto levels = static_cast<unsigned>(integer_value(spec, "levels"));
    const bool index = spec.options.at("context") == "index";
    return std::make_unique<ClipCodec>(read_calibration(calibration, levels),
                                       index ? Context::kIndex : Context::kNeighbours);
  };
  factory.calibrated = calibrated;
  return factory;
}

}  // namespace splitbench
