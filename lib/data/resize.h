// Antialiased resizing, bit for bit as Pillow (and so torchvision on PIL images) does it.
//
// Source: Pillow, src/libImaging/Resample.c: a triangle (bilinear) or Keys' cubic with a = -0.5
// (bicubic; R. Keys, 1981), whose support of 1 or 2 samples grows with the ratio when downscaling;
// coefficients rounded to 22 fractional bits; a horizontal, then a vertical pass with rounding to 8
// bits after each. OpenCV's INTER_LINEAR does not antialias, and costs a classifier most of a point
// of accuracy.
#pragma once

#include "core/manifest.h"
#include "core/tensor.h"

namespace splitbench {

// uint8 1 x C x H x W, C is 1 or 3, to 1 x C x height x width. Pure; thread-safe.
// Throws Error{kBadInput} for another kind of tensor and for results outside 1 to 2^28 pixels.
Tensor resize_antialiased(const Tensor& image, int height, int width, Interpolation interpolation);

}  // namespace splitbench
