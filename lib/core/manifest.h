// A model manifest: where the network is, what it eats and what its classes are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace splitbench {

enum class Interpolation { kBilinear, kBicubic };

// "bilinear", "bicubic".
const char* interpolation_name(Interpolation interpolation);

// From a decoded image to the network's input:
// shorter side to `resize` (antialiased as PIL does it, on 8-bit samples), centre crop to `crop`,
// then (x / 255 - mean[c]) / std[c]. Unset steps are left out.
struct Preprocess {
  std::optional<int> resize;
  Interpolation interpolation = Interpolation::kBilinear;  // of `resize`
  std::optional<int> crop;
  std::vector<double> mean;
  std::vector<double> std;
  bool gray = false;  // one channel instead of RGB
};

struct ModelManifest {
  std::string name;
  std::string file;                  // resolved path of the TorchScript file
  std::string sha256;                // of the file; checked on opening when given
  std::optional<Shape> input_shape;  // with the batch dimension, which is 1
  std::optional<Preprocess> preprocess;
  std::vector<std::string> classes;
  std::string dataset;  // default dataset spec, may be empty
  std::optional<double> reference_accuracy;
  std::string source;
};

}  // namespace splitbench
