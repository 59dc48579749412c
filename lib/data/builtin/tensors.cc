// Inputs as NumPy saves them (.npy, C order, first axis = samples), with optional labels.
//
// float32 arrays are network inputs as they are; uint8 arrays of shape N x C x H x W, C 1 or 3, are
// pictures and go through the model's preprocessing. Samples are read when they are loaded.
#include <limits>
#include <optional>
#include <utility>

#include "base/error.h"
#include "data/dataset_factory.h"
#include "data/indexed_dataset.h"
#include "data/npy_file.h"

namespace splitbench {
namespace {

class Tensors : public IndexedDataset {
 public:
  Tensors(const Spec& spec, NpyFile file, std::vector<int> labels)
      : IndexedDataset(spec, file.rows(), !labels.empty()),
        file_(std::move(file)),
        labels_(std::move(labels)) {}

 private:
  Sample load_sample(std::size_t index) const override {
    TensorSpec spec = file_.spec();
    spec.shape.front() = 1;
    Tensor tensor = Tensor::allocate(spec);
    file_.read_rows(index, 1, tensor.mutable_as<std::uint8_t>());
    Sample sample;
    sample.name = file_.path() + " row " + std::to_string(index);
    (spec.dtype == DType::kU8 ? sample.image : sample.tensor) = std::move(tensor);
    if (!labels_.empty()) sample.label = labels_[index];
    return sample;
  }

  NpyFile file_;
  std::vector<int> labels_;  // empty without labels
};

void check_inputs(const NpyFile& file) {
  const Shape& shape = file.spec().shape;
  const std::string found = std::string(dtype_name(file.spec().dtype)) + " " + shape_text(shape);
  if (file.rows() > 0 && file.row_bytes() == 0) {
    throw bad_input(file.path() + " holds samples without elements: " + found);
  }
  const bool pictures =
      file.spec().dtype == DType::kU8 && shape.size() == 4 && (shape[1] == 1 || shape[1] == 3);
  if (file.spec().dtype != DType::kF32 && !pictures) {
    throw bad_input(file.path() + " holds " + found +
                    "; expected float32 inputs or uint8 pictures (N x 1 or 3 x H x W)");
  }
}

template <typename T>
std::vector<int> read_labels_as(const NpyFile& file) {
  std::vector<T> values(file.rows());
  file.read_rows(0, values.size(), values.data());
  std::vector<int> labels;
  labels.reserve(values.size());
  for (const T value : values) {
    const auto label = static_cast<long long>(value);
    if (label < 0 || label > std::numeric_limits<int>::max()) {
      throw bad_input(file.path() + " row " + std::to_string(labels.size()) + ": label " +
                      std::to_string(label) + " is not a class index (0, 1, 2 ...)");
    }
    labels.push_back(static_cast<int>(label));
  }
  return labels;
}

std::vector<int> read_labels(const std::string& path) {
  const NpyFile file(path);
  if (file.spec().shape.size() == 1) {
    switch (file.spec().dtype) {
      case DType::kU8:
        return read_labels_as<std::uint8_t>(file);
      case DType::kI32:
        return read_labels_as<std::int32_t>(file);
      case DType::kI64:
        return read_labels_as<std::int64_t>(file);
      default:
        break;
    }
  }
  throw bad_input(path + " holds " + dtype_name(file.spec().dtype) + " " +
                  shape_text(file.spec().shape) + "; labels are one axis of uint8, int32 or int64");
}

std::unique_ptr<Dataset> open(const Spec& spec, const DatasetContext&) {
  NpyFile inputs(spec.options.at("file"));
  check_inputs(inputs);
  std::vector<int> labels;
  const auto label_option = spec.options.find("labels");
  if (label_option != spec.options.end()) {
    labels = read_labels(label_option->second);
    if (labels.size() != inputs.rows()) {
      throw bad_input(inputs.path() + " has " + std::to_string(inputs.rows()) + " samples, " +
                      label_option->second + " has " + std::to_string(labels.size()) + " labels");
    }
  }
  return std::make_unique<Tensors>(spec, std::move(inputs), std::move(labels));
}

}  // namespace

DatasetFactory tensors_dataset() {
  DatasetDescription description;
  description.name = "tensors";
  description.summary = "network inputs (float32) or pictures (uint8) in a NumPy .npy file";
  description.options = {
      path_option("file", ".npy file, C order, first axis = samples", /*required=*/true),
      path_option("labels", ".npy file with one uint8, int32 or int64 class index a sample",
                  /*required=*/false)};
  return {description, open};
}

}  // namespace splitbench
