#include "codec/feature_picture.h"

#include <utility>

#include "codec/features.h"
#include "codec/tensor_text.h"

namespace splitbench {
namespace {

constexpr std::size_t kVectorRank = 2;

struct MapSize {
  std::size_t height = 1;
  std::size_t width = 1;
};

MapSize map_size(const TensorSpec& spec) {
  if (spec.shape.size() == kVectorRank) return {};
  return {static_cast<std::size_t>(spec.shape[2]), static_cast<std::size_t>(spec.shape[3])};
}

}  // namespace

std::string not_features_reason(const TensorSpec& spec) {
  if (is_features(spec)) return "";
  return "takes float32 features of one input (1xCxHxW or 1xC) and uint8 images; this is " +
         tensor_text(spec);
}

std::size_t feature_channels(const TensorSpec& spec) {
  return static_cast<std::size_t>(spec.shape[1]);
}

Mosaic feature_mosaic(const TensorSpec& spec, Tiling tiling, std::size_t block) {
  const MapSize map = map_size(spec);
  const std::size_t channels = feature_channels(spec);
  return tiling == Tiling::kSquare ? near_square_mosaic(channels, map.height, map.width)
                                   : compact_mosaic(channels, map.height, map.width, block);
}

std::optional<Mosaic> feature_mosaic_of(const TensorSpec& spec, ImageSize size) {
  const MapSize map = map_size(spec);
  return mosaic_of_size(feature_channels(spec), map.height, map.width,
                        static_cast<std::size_t>(size.width),
                        static_cast<std::size_t>(size.height));
}

ImageSize picture_size(const Mosaic& mosaic) {
  return {static_cast<int>(mosaic.width()), static_cast<int>(mosaic.height()), 1};
}

FeaturePicture feature_picture(const Tensor& features, const Mosaic& mosaic,
                               const ChannelOrder& order, unsigned top) {
  FeaturePicture picture;
  const auto* values = features.as<float>();
  picture.range = finite_range(values, features.elements());
  Bytes symbols(features.elements());
  quantise(values, features.elements(), picture.range, top, symbols.data());
  if (!order.empty()) {
    Bytes arranged(symbols.size());
    arrange_planes(mosaic, order, symbols.data(), arranged.data());
    symbols = std::move(arranged);
  }
  picture.pixels.resize(picture_size(mosaic).bytes());
  tile(mosaic, symbols.data(), picture.pixels.data());
  return picture;
}

Tensor features_of(const FeaturePicture& picture, const TensorSpec& spec, const Mosaic& mosaic,
                   const ChannelOrder& order, unsigned top) {
  Bytes symbols(spec.elements());
  untile(mosaic, picture.pixels.data(), symbols.data());
  if (!order.empty()) {
    Bytes restored(symbols.size());
    restore_planes(mosaic, order, symbols.data(), restored.data());
    symbols = std::move(restored);
  }
  Tensor features = Tensor::allocate(spec);
  dequantise(symbols.data(), symbols.size(), picture.range, top, features.mutable_as<float>());
  return features;
}

}  // namespace splitbench
