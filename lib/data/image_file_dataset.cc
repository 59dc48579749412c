#include "data/image_file_dataset.h"

#include <utility>

namespace splitbench {

ImageFileDataset::ImageFileDataset(const Spec& spec, std::vector<LabelledPath> files,
                                   const ImageReader& reader)
    : IndexedDataset(spec, files.size(), !files.empty() && files.front().label.has_value()),
      files_(std::move(files)),
      reader_(reader) {}

Sample ImageFileDataset::load_sample(std::size_t index) const {
  const LabelledPath& file = files_[index];
  Sample sample;
  sample.name = file.path;
  sample.image = reader_.read(file.path, /*gray=*/false);
  sample.label = file.label;
  return sample;
}

}  // namespace splitbench
