#include "data/indexed_dataset.h"

#include "base/error.h"

namespace splitbench {

IndexedDataset::IndexedDataset(const Spec& spec, std::size_t size, bool labelled)
    : spec_(spec.canonical()), size_(size), labelled_(labelled) {
  if (size_ == 0) throw bad_input("dataset " + spec_ + " is empty");
}

Sample IndexedDataset::load(std::size_t index) const {
  if (index >= size_) {
    throw bad_input("dataset " + spec_ + " has " + std::to_string(size_) + " samples, no number " +
                    std::to_string(index) + " (they count from 0)");
  }
  return load_sample(index);
}

}  // namespace splitbench
