#include "codec/picture_codec.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "codec/options.h"
#include "codec/tensor_text.h"

namespace splitbench {
namespace {

constexpr unsigned kPixelBits = 8;

bool is_image_type(const TensorSpec& spec) { return spec.dtype == DType::kU8; }

unsigned top_symbol(unsigned bits) { return (1U << bits) - 1; }

std::string size_text(ImageSize size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

class PictureCodec : public Codec {
 public:
  PictureCodec(std::unique_ptr<const PictureFormat> format, FeatureSettings settings)
      : format_(std::move(format)), traits_(format_->traits()), settings_(std::move(settings)) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    std::string reason = not_a_picture_reason(spec);
    if (!reason.empty() || is_image_type(spec)) return reason;
    const Mosaic mosaic = feature_mosaic(spec, settings_.tiling, traits_.block);
    const auto max_side = static_cast<std::size_t>(traits_.max_side);
    if (mosaic.width() <= max_side && mosaic.height() <= max_side) return "";
    return "makes pictures of at most " + std::to_string(max_side) + " pixels a side; " +
           tensor_text(spec) + " needs " + std::to_string(mosaic.width()) + "x" +
           std::to_string(mosaic.height());
  }

  Bytes encode(const Tensor& tensor) const override {
    return is_image_type(tensor.spec()) ? encode_image(tensor) : encode_features(tensor);
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const std::string reason = not_a_picture_reason(spec);
    if (!reason.empty()) throw bad_input(std::string(traits_.stream) + ": " + reason);
    return is_image_type(spec) ? decode_image(body, spec) : decode_features(body, spec);
  }

 private:
  std::string not_a_picture_reason(const TensorSpec& spec) const {
    return is_image_type(spec) ? not_an_image_reason(spec, traits_.max_side)
                               : not_features_reason(spec);
  }

  Bytes encode_image(const Tensor& image) const {
    Picture picture;
    picture.size = image_size(image.spec());
    picture.pixels = interleave(image);
    return format_->compress(picture);
  }

  Tensor decode_image(ByteView file, const TensorSpec& spec) const {
    Picture picture;
    picture.size = image_size(spec);
    const ImageSize declared = format_->declared_size(file, picture.size.channels);
    if (declared.width != picture.size.width || declared.height != picture.size.height) {
      throw bad_input(std::string(traits_.stream) + ": its picture is " + size_text(declared) +
                      " pixels, the tensor needs " + size_text(picture.size));
    }
    decompress(file, picture);
    return deinterleave(picture.pixels, spec);
  }

  Bytes encode_features(const Tensor& features) const {
    const Mosaic mosaic = feature_mosaic(features.spec(), settings_.tiling, traits_.block);
    FeaturePicture tiled =
        feature_picture(features, mosaic, settings_.order, top_symbol(settings_.bits));
    Picture picture;
    picture.size = picture_size(mosaic);
    picture.pixels = std::move(tiled.pixels);
    picture.is_features = true;
    picture.bits = settings_.bits;

    ByteWriter writer;
    if (traits_.chooses_bits) writer.u8(static_cast<std::uint8_t>(picture.bits));
    write_range(writer, tiled.range);
    writer.raw(format_->compress(picture));
    return writer.take();
  }

  Tensor decode_features(ByteView body, const TensorSpec& spec) const {
    ByteReader reader(body, traits_.stream);
    Picture picture;
    picture.is_features = true;
    if (traits_.chooses_bits) picture.bits = read_bits(reader);
    FeaturePicture tiled;
    tiled.range = read_range(reader, traits_.stream);
    const ByteView file = reader.rest();
    const ImageSize declared = format_->declared_size(file, 1);
    const std::optional<Mosaic> mosaic = feature_mosaic_of(spec, declared);
    if (!mosaic) {
      throw bad_input(std::string(traits_.stream) + ": its picture of " + size_text(declared) +
                      " pixels is no mosaic of " + tensor_text(spec));
    }
    picture.size = picture_size(*mosaic);
    decompress(file, picture);
    tiled.pixels = std::move(picture.pixels);
    const unsigned top = top_symbol(picture.bits);
    if (*std::max_element(tiled.pixels.begin(), tiled.pixels.end()) > top) {
      throw bad_input(std::string(traits_.stream) + ": has symbols beyond its " +
                      std::to_string(picture.bits) + " bits");
    }
    return features_of(tiled, spec, *mosaic, settings_.order, top);
  }

  unsigned read_bits(ByteReader& reader) const {
    const unsigned bits = reader.u8();
    if (bits < 1 || bits > kPixelBits) {
      throw bad_input(std::string(traits_.stream) + ": declares " + std::to_string(bits) +
                      " bits, 1..8 are possible");
    }
    return bits;
  }

  void decompress(ByteView file, Picture& picture) const {
    picture.pixels.resize(picture.size.bytes());
    format_->decompress(file, picture);
  }

  std::unique_ptr<const PictureFormat> format_;
  PictureTraits traits_;
  FeatureSettings settings_;
};

}  // namespace

FeatureSettings feature_settings(const Spec& spec, ChannelOrder order) {
  FeatureSettings settings;
  settings.tiling = spec.options.at("tiling") == "compact" ? Tiling::kCompact : Tiling::kSquare;
  settings.order = std::move(order);
  if (spec.options.count("bits") != 0) {
    settings.bits = static_cast<unsigned>(integer_value(spec, "bits"));
  }
  return settings;
}

std::unique_ptr<Codec> make_picture_codec(std::unique_ptr<const PictureFormat> format,
                                          FeatureSettings settings) {
  return std::make_unique<PictureCodec>(std::move(format), std::move(settings));
}

std::vector<OptionDescription> feature_options() {
  return {choice_option("tiling", {"square", "compact"},
                        "mosaic of features: nearest to a square, or fewest blocks of the format"),
          choice_option("order", {"natural", "similar"},
                        "tiles of features: as they come, or calibrated so that neighbours match")};
}

bool needs_channel_order(const Spec& spec) { return spec.options.at("order") == "similar"; }

Bytes calibrate_channel_order(const Spec& spec, const CalibrationSamples& samples,
                              std::size_t block) {
  if (is_image_type(samples.spec())) return {};
  const std::string reason = not_features_reason(samples.spec());
  if (!reason.empty()) throw bad_input(spec.canonical() + ": " + reason);
  const Mosaic mosaic = feature_mosaic(samples.spec(), feature_settings(spec, {}).tiling, block);
  return channel_order_bytes(similar_channel_order(mosaic, samples));
}

ChannelOrder calibrated_channel_order(const TensorSpec& tensor, ByteView calibration) {
  const bool has_channels = not_features_reason(tensor).empty();
  return read_channel_order(calibration, has_channels ? feature_channels(tensor) : 0);
}

}  // namespace splitbench
