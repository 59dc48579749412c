// The codec that an image format makes: of uint8 images as they are, and of float32 features as
// pictures (codec/feature_picture.h). jpeg, png and webp are formats of it.
//
// Body of an image: a file of the format. Body of features: for formats that choose the number of
// symbols, its bits (1 byte); the range of the tensor as two float32; then a file of the format,
// gray, with a symbol a pixel. The file's width says how many tiles are in a row; the order of the
// tiles, unless natural, is in the calibration. NaN and infinity are refused.
//
// Immutable; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "codec/channel_order.h"
#include "codec/feature_picture.h"
#include "codec/interleave.h"
#include "core/codec.h"

namespace splitbench {

// A gray or RGB picture; pixels interleaved, row by row.
struct Picture {
  ImageSize size;
  Bytes pixels;
  bool is_features = false;
  unsigned bits = 8;  // pixels are below 2^bits; less than 8 only for features
};

struct PictureTraits {
  const char* stream = "";    // names the stream in errors: "jpeg stream"
  int max_side = 0;           // pixels
  std::size_t block = 1;      // of the transform, in pixels; 1 for formats without
  bool chooses_bits = false;  // codes fewer than 8 bits a pixel with fewer bytes
};

// One image format with its settings. Immutable; thread-safe.
class PictureFormat {
 public:
  virtual ~PictureFormat() = default;
  virtual PictureTraits traits() const = 0;
  virtual Bytes compress(const Picture& picture) const = 0;
  // What the header of a hostile file declares, before anything is allocated; `channels` are
  // wanted. Throws Error{kBadInput} when it is no file of the format, or has others.
  virtual ImageSize declared_size(ByteView file, int channels) const = 0;
  // Fills in `pixels`; the rest is as compress() got it, the size the one declared_size() told.
  // Throws Error{kBadInput} on a damaged file.
  virtual void decompress(ByteView file, Picture& picture) const = 0;
};

// How features become pictures; without effect on images.
struct FeatureSettings {
  Tiling tiling = Tiling::kSquare;
  ChannelOrder order;  // empty: natural
  unsigned bits = 8;
};

// A completed spec as its format, and as its settings, of which `order` is calibrated.
using PictureFormatMaker = std::unique_ptr<const PictureFormat> (*)(const Spec& spec);
FeatureSettings feature_settings(const Spec& spec, ChannelOrder order);

// The order is empty or one of the channels of the features that the codec will meet.
std::unique_ptr<Codec> make_picture_codec(std::unique_ptr<const PictureFormat> format,
                                          FeatureSettings settings);

// `tiling` and `order`; the option `bits` is for formats that choose them to describe.
std::vector<OptionDescription> feature_options();
bool needs_channel_order(const Spec& spec);
// The calibration of order=similar. An image has no channels to order, and a calibration without
// bytes. Throws Error{kBadInput} where the samples are neither.
Bytes calibrate_channel_order(const Spec& spec, const CalibrationSamples& samples,
                              std::size_t block);
ChannelOrder calibrated_channel_order(const TensorSpec& tensor, ByteView calibration);

// `description` comes without the options that all picture codecs share.
template <PictureFormatMaker kMakeFormat>
CodecFactory picture_codec_factory(CodecDescription description) {
  CodecFactory factory;
  factory.description = std::move(description);
  for (OptionDescription& option : feature_options()) {
    factory.description.options.push_back(std::move(option));
  }
  factory.make = [](const Spec& spec) {
    return make_picture_codec(kMakeFormat(spec), feature_settings(spec, {}));
  };
  factory.calibrated = CalibratedFactory{
      needs_channel_order,
      {"order", "tiling"},
      [](const Spec& spec, const CalibrationSamples& samples) {
        return calibrate_channel_order(spec, samples, kMakeFormat(spec)->traits().block);
      },
      [](const Spec& spec, const TensorSpec& tensor, ByteView calibration) {
        return make_picture_codec(
            kMakeFormat(spec),
            feature_settings(spec, calibrated_channel_order(tensor, calibration)));
      }};
  return factory;
}

}  // namespace splitbench
