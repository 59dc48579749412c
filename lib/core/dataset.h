// Labelled or unlabelled inputs, by index.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/tensor.h"

namespace splitbench {

// One input as stored, before preprocessing. Exactly one of `image` and `tensor` is set.
struct Sample {
  std::string name;              // file name or index, for messages
  std::optional<Tensor> image;   // uint8, 1 x C x H x W, C is 1 or 3 (RGB), original size
  std::optional<Tensor> tensor;  // float32, 1 x ..., already the network's input
  std::optional<int> label;      // class index
};

// Implementations may be used from several threads at once; load() is const and reads on demand.
class Dataset {
 public:
  virtual ~Dataset() = default;
  // The canonical spec: identity in documents.
  virtual std::string spec() const = 0;
  virtual std::size_t size() const = 0;
  // Throws Error{kBadInput} naming the file when this one sample is missing or damaged;
  // the others stay readable.
  virtual Sample load(std::size_t index) const = 0;
  // True when samples carry labels.
  virtual bool labelled() const = 0;
};

// Decodes image files; the one implementation sits in a plug-in that owns OpenCV.
class ImageReader {
 public:
  virtual ~ImageReader() = default;
  // uint8, 1 x C x H x W. Does not rotate by EXIF (as PIL and torchvision do not).
  // Throws Error{kBadInput} with the path when the file is missing, damaged or above
  // 2^28 pixels. Thread-safe.
  virtual Tensor read(const std::string& path, bool gray) const = 0;
};

}  // namespace splitbench
