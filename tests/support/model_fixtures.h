// The TorchScript files of tests/data/models and the back-end that opens them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "base/rng.h"
#include "core/backend.h"
#include "nn/open_backend.h"

#if SPLITBENCH_HAVE_TORCH
#define SPLITBENCH_SKIP_WITHOUT_TORCH() static_cast<void>(0)
#else
#define SPLITBENCH_SKIP_WITHOUT_TORCH() \
  GTEST_SKIP() << "needs the LibTorch plug-in; this is a build with SPLITBENCH_TORCH=OFF"
#endif

namespace splitbench {

inline std::string fixture_path(const std::string& file) {
  return std::string(SPLITBENCH_TEST_DATA) + "/models/" + file;
}

// File names of the fixtures that can be cut, sorted.
inline std::vector<std::string> fixture_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(fixture_path(""))) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("tiny_", 0) == 0 && name.rfind("tiny_two_inputs", 0) != 0) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

// "tiny_dense.traced.pt" as part of a test's name.
inline std::string fixture_test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.rfind('.'));
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

inline Backend& torch_backend() {
  static const std::unique_ptr<Backend> backend = [] {
    setenv("SPLITBENCH_PLUGIN_DIR", SPLITBENCH_PLUGIN_DIR, 1);
    return open_backend();
  }();
  return *backend;
}

// All fixtures take one 3 x 32 x 32 picture.
inline ModelOptions fixture_options(const std::string& file) {
  ModelOptions options;
  options.path = fixture_path(file);
  options.input_shape = Shape{1, 3, 32, 32};
  return options;
}

inline std::unique_ptr<Model> load_fixture(const std::string& file, std::size_t cut_width = 1) {
  ModelOptions options = fixture_options(file);
  options.max_boundary_tensors = cut_width;
  return torch_backend().load(options);
}

// Uniform in [-1, 1).
inline Tensor random_tensor(TensorSpec spec, std::uint64_t seed) {
  Rng rng(seed);
  Tensor tensor = Tensor::allocate(std::move(spec));
  std::generate_n(tensor.mutable_as<float>(), tensor.elements(),
                  [&] { return static_cast<float>(rng.uniform() * 2 - 1); });
  return tensor;
}

inline TensorSpec with_batch(TensorSpec spec, std::int64_t batch) {
  spec.shape.at(0) = batch;
  return spec;
}

// Largest |difference| / largest |expected|; infinity when the shapes differ.
inline double relative_difference(const Tensor& expected, const Tensor& got) {
  if (expected.spec() != got.spec()) return std::numeric_limits<double>::infinity();
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < expected.elements(); ++i) {
    const double a = expected.as<float>()[i], b = got.as<float>()[i];
    if (!std::isfinite(a) || !std::isfinite(b)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::fabs(a));
    difference = std::max(difference, std::fabs(a - b));
  }
  return difference == 0 ? 0 : difference / largest;
}

inline std::vector<std::size_t> all_splits(const Model& model) {
  std::vector<std::size_t> indices(model.info().splits.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

// The index of a split; a test failure, and 0, when there is none of that id.
inline std::size_t split_index(const Model& model, const std::string& id) {
  const std::vector<SplitPoint>& splits = model.info().splits;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    if (splits[i].id == id) return i;
  }
  ADD_FAILURE() << "no split " << id;
  return 0;
}

inline bool identical(const Boundary& a, const Boundary& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), bit_identical);
}

}  // namespace splitbench
