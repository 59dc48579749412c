// Features as one 8-bit gray picture, for codecs that only know pictures: every value becomes a
// symbol (codec/affine.h), every channel a tile of a mosaic (codec/mosaic.h).
//
// Features are float32 of one input: 1xCxHxW, or 1xC taken as C maps of 1x1. Pure functions;
// thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "codec/affine.h"
#include "codec/channel_order.h"
#include "codec/interleave.h"
#include "codec/mosaic.h"
#include "core/tensor.h"

namespace splitbench {

enum class Tiling { kSquare, kCompact };

// Why a tensor is no features as above; empty when it is.
std::string not_features_reason(const TensorSpec& spec);

// The rest requires not_features_reason() to be empty.

std::size_t feature_channels(const TensorSpec& spec);
// `block` is what kCompact wants filled (compact_mosaic()).
Mosaic feature_mosaic(const TensorSpec& spec, Tiling tiling, std::size_t block);
// The mosaic that makes a picture of this size, whatever the tiling; none when none does.
std::optional<Mosaic> feature_mosaic_of(const TensorSpec& spec, ImageSize size);

ImageSize picture_size(const Mosaic& mosaic);

struct FeaturePicture {
  AffineRange range;
  Bytes pixels;  // picture_size(mosaic).bytes(), each at most the top symbol
};

// An empty order leaves the channels as they are. Throws Error{kBadInput} on NaN and infinity.
FeaturePicture feature_picture(const Tensor& features, const Mosaic& mosaic,
                               const ChannelOrder& order, unsigned top);

// The reverse. Requires all pixels to be at most `top`.
Tensor features_of(const FeaturePicture& picture, const TensorSpec& spec, const Mosaic& mosaic,
                   const ChannelOrder& order, unsigned top);

}  // namespace splitbench
