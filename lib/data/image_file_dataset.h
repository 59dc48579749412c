// A dataset of image files known by path; opens a file only when its sample is loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/indexed_dataset.h"

namespace splitbench {

struct LabelledPath {
  std::string path;
  std::optional<int> label;
};

class ImageFileDataset : public IndexedDataset {
 public:
  // Either all files are labelled or none. `reader` must outlive the dataset.
  ImageFileDataset(const Spec& spec, std::vector<LabelledPath> files, const ImageReader& reader);

 private:
  Sample load_sample(std::size_t index) const override;

  std::vector<LabelledPath> files_;
  const ImageReader& reader_;
};

}  // namespace splitbench
