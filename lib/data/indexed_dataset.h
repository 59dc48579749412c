// What the built-in datasets share: identity, size, and the checks that each would repeat.
#pragma once

#include <cstddef>
#include <string>

#include "base/spec.h"
#include "core/dataset.h"

namespace splitbench {

class IndexedDataset : public Dataset {
 public:
  std::string spec() const final { return spec_; }
  std::size_t size() const final { return size_; }
  bool labelled() const final { return labelled_; }
  // Throws Error{kBadInput} for an index past the end, and as load_sample() does.
  Sample load(std::size_t index) const final;

 protected:
  // Throws Error{kBadInput} when `size` is 0: nothing can be measured on an empty dataset.
  IndexedDataset(const Spec& spec, std::size_t size, bool labelled);

 private:
  // index < size(). Must be safe to call from several threads.
  virtual Sample load_sample(std::size_t index) const = 0;

  std::string spec_;
  std::size_t size_;
  bool labelled_;
};

}  // namespace splitbench
