// From a decoded picture to the network's input, bit for bit as torchvision does it on PIL images:
// convert(), Resize(), CenterCrop(), ToTensor(), Normalize().
//
// Pure functions; thread-safe. Pictures are uint8, 1 x C x H x W, C is 1 or 3.
#pragma once

#include "core/manifest.h"
#include "core/tensor.h"

namespace splitbench {

// The picture that the network is fed, still 8-bit: turned into grey or RGB as asked for, its
// shorter side resized to `resize` (the longer one to floor(resize * long / short)), its centre
// cropped to `crop` x `crop`, with zeros around a smaller picture. Unset steps are left out.
// Throws Error{kBadInput} for a tensor that is no picture and for sizes below 1.
Tensor resize_and_crop(const Tensor& image, const Preprocess& preprocess);

// float32 of the same shape: (x / 255 - mean[c]) / std[c], each step rounded to float32. An empty
// mean is 0 and an empty std is 1.
// Throws Error{kBadInput} when mean or std do not have one finite value a channel, or a std is 0.
Tensor normalise(const Tensor& image, const Preprocess& preprocess);

}  // namespace splitbench
