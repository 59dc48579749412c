// Fashion-MNIST (Xiao et al., arXiv 1708.07747): 28 x 28 grey pictures of clothes in ten classes,
// in the IDX files of the original, gzipped or plain. Held in memory (47 MB for the training part).
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "data/dataset_factory.h"
#include "data/idx_file.h"
#include "data/indexed_dataset.h"

namespace splitbench {
namespace {

// Where the Debian package dataset-fashion-mnist puts it.
constexpr const char* kDebianRoot = "/usr/share/datasets/fashion-mnist";

class FashionMnist : public IndexedDataset {
 public:
  FashionMnist(const Spec& spec, Tensor images, Tensor labels)
      : IndexedDataset(spec, static_cast<std::size_t>(images.shape()[0]), true),
        images_(std::move(images)),
        labels_(std::move(labels)) {}

 private:
  Sample load_sample(std::size_t index) const override {
    const TensorSpec picture{DType::kU8, {1, 1, images_.shape()[1], images_.shape()[2]}};
    const auto* pixels = images_.as<std::uint8_t>() + index * picture.bytes();
    Sample sample;
    sample.name = std::to_string(index);
    // The picture shares the storage that the copy of images_ keeps alive.
    sample.image = Tensor::wrap(picture, std::make_shared<Tensor>(images_), pixels);
    sample.label = labels_.as<std::uint8_t>()[index];
    return sample;
  }

  Tensor images_;  // uint8, samples x 28 x 28
  Tensor labels_;  // uint8, samples
};

std::string find_file(const std::string& root, const std::string& name) {
  for (const char* suffix : {".gz", ""}) {
    const std::string path = (std::filesystem::path(root) / (name + suffix)).string();
    std::error_code error;
    if (std::filesystem::exists(path, error)) return path;
  }
  throw bad_input("fashion-mnist: there is no " + name + "(.gz) in " + root +
                  "; install the package dataset-fashion-mnist or give root=DIR");
}

std::unique_ptr<Dataset> open(const Spec& spec, const DatasetContext&) {
  const auto root_option = spec.options.find("root");
  const std::string root = root_option == spec.options.end() ? kDebianRoot : root_option->second;
  const std::string stem = spec.options.at("part") == "train" ? "train" : "t10k";
  const std::string image_path = find_file(root, stem + "-images-idx3-ubyte");
  const std::string label_path = find_file(root, stem + "-labels-idx1-ubyte");
  Tensor images = read_idx_file(image_path, 3);
  Tensor labels = read_idx_file(label_path, 1);
  if (images.shape()[0] != labels.shape()[0]) {
    throw bad_input(image_path + " has " + std::to_string(images.shape()[0]) + " pictures, " +
                    label_path + " has " + std::to_string(labels.shape()[0]) + " labels");
  }
  if (images.shape()[1] == 0 || images.shape()[2] == 0) {
    throw bad_input(image_path + " holds pictures without pixels: " + shape_text(images.shape()));
  }
  return std::make_unique<FashionMnist>(spec, std::move(images), std::move(labels));
}

}  // namespace

DatasetFactory fashion_mnist_dataset() {
  DatasetDescription description;
  description.name = "fashion-mnist";
  description.summary =
      "28 x 28 grey pictures of clothes, 10 classes, 10000 test and 60000 training";
  const std::string root_help =
      std::string("folder of the IDX files; ") + kDebianRoot + " when left out";
  description.options = {part_option(), path_option("root", root_help, /*required=*/false)};
  description.training_options = {{"part", "train"}};
  return {description, open};
}

}  // namespace splitbench
