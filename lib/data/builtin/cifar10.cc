// CIFAR-10 (Krizhevsky 2009), binary version: records of a label byte and 3 x 32 x 32 bytes, the
// red plane first. Records are read when they are loaded. Source:
// https://www.cs.toronto.edu/~kriz/cifar.html
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "data/dataset_factory.h"
#include "data/indexed_dataset.h"
#include "data/random_access_file.h"

namespace splitbench {
namespace {

constexpr std::size_t kImageBytes = 3 * 32 * 32;
constexpr std::size_t kRecordBytes = 1 + kImageBytes;
constexpr int kClasses = 10;

std::size_t records(const RandomAccessFile& file) {
  return static_cast<std::size_t>(file.size() / kRecordBytes);
}

std::size_t total_records(const std::vector<RandomAccessFile>& files) {
  std::size_t total = 0;
  for (const RandomAccessFile& file : files) total += records(file);
  return total;
}

class Cifar10 : public IndexedDataset {
 public:
  Cifar10(const Spec& spec, std::vector<RandomAccessFile> files)
      : IndexedDataset(spec, total_records(files), true), files_(std::move(files)) {}

 private:
  Sample load_sample(std::size_t index) const override {
    auto file = files_.begin();
    for (; index >= records(*file); ++file) index -= records(*file);
    Sample sample;
    sample.name = file->path() + " record " + std::to_string(index);
    std::uint8_t label = 0;
    file->read(index * kRecordBytes, &label, 1);
    if (label >= kClasses) {
      throw bad_input(sample.name + " has label " + std::to_string(label) +
                      ", CIFAR-10 has 0 to 9; is this the binary version?");
    }
    sample.label = label;
    Tensor image = Tensor::allocate({DType::kU8, {1, 3, 32, 32}});
    file->read(index * kRecordBytes + 1, image.mutable_as<std::uint8_t>(), kImageBytes);
    sample.image = std::move(image);
    return sample;
  }

  std::vector<RandomAccessFile> files_;
};

// The archive unpacks to a folder of its own; `root` may name it or the folder around it.
std::filesystem::path find_folder(const std::filesystem::path& root) {
  std::error_code error;
  const std::filesystem::path inner = root / "cifar-10-batches-bin";
  return std::filesystem::is_directory(inner, error) ? inner : root;
}

RandomAccessFile open_batch(const std::filesystem::path& path) {
  RandomAccessFile file(path.string());
  if (file.size() % kRecordBytes != 0) {
    throw bad_input(file.path() + " has " + std::to_string(file.size()) +
                    " bytes, which is no multiple of a CIFAR-10 record (" +
                    std::to_string(kRecordBytes) + "); it is cut off or not the binary version");
  }
  return file;
}

std::unique_ptr<Dataset> open(const Spec& spec, const DatasetContext&) {
  const std::filesystem::path folder = find_folder(spec.options.at("root"));
  std::vector<RandomAccessFile> files;
  if (spec.options.at("part") == "test") {
    files.push_back(open_batch(folder / "test_batch.bin"));
  } else {
    for (int batch = 1; batch <= 5; ++batch) {
      files.push_back(open_batch(folder / ("data_batch_" + std::to_string(batch) + ".bin")));
    }
  }
  return std::make_unique<Cifar10>(spec, std::move(files));
}

}  // namespace

DatasetFactory cifar10_dataset() {
  DatasetDescription description;
  description.name = "cifar10";
  description.summary = "32 x 32 colour pictures, 10 classes, 10000 test and 50000 training";
  description.options = {
      part_option(),
      path_option("root", "folder of the binary version (test_batch.bin, data_batch_1.bin ...)",
                  /*required=*/true)};
  description.training_options = {{"part", "train"}};
  return {description, open};
}

}  // namespace splitbench
