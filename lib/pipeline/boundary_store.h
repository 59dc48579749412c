// Every boundary of every image of a sweep: computed once, read once a cell.
//
// Kept in memory up to a limit, the others in an unlinked temporary file, which the operating
// system's page cache holds as far as it can. Memory and file are laid out alike, each tensor at
// an offset of its own, so that what is kept for long does not lie scattered among what the network
// allocates and frees. put() in any order, then get(); both may be called from several threads at
// once, put() for different images.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace splitbench {

class BoundaryStore {
 public:
  // `specs[s]` is what one image's boundary at split s looks like; `folder` takes the spill file.
  // Throws Error{kRuntime} when the spill file is needed and cannot be made.
  BoundaryStore(std::vector<BoundarySpec> specs, std::size_t images, std::size_t memory_bytes,
                const std::string& folder);
  ~BoundaryStore();
  BoundaryStore(const BoundaryStore&) = delete;
  BoundaryStore& operator=(const BoundaryStore&) = delete;

  // Throws Error{kRuntime} when the disk is full, Error{kBadInput} for a boundary of another shape.
  void put(std::size_t split, std::size_t image, const Boundary& boundary);
  // Tensors from memory are views that keep it alive.
  Boundary get(std::size_t split, std::size_t image) const;

  // From now on memory may only hold so much, what it holds already included. Not while put() is
  // called. Throws as the constructor does.
  void limit_memory(std::size_t memory_bytes);

  // Moves boundaries from memory to the file until memory holds no more than `memory_bytes`. Not
  // while put() or get() is called or a tensor from get() lives. Throws as put() does.
  void spill(std::size_t memory_bytes);

  bool spilled() const { return file_ >= 0; }
  std::size_t bytes() const { return bytes_; }              // of everything, once it has been put
  std::size_t memory_used() const { return memory_used_; }  // so far

 private:
  std::size_t offset(std::size_t split, std::size_t image) const;
  bool claim_memory(std::size_t bytes);

  std::vector<BoundarySpec> specs_;
  std::vector<std::size_t> bases_;    // offset of each split's first image
  std::vector<std::size_t> strides_;  // from image to image of a split
  std::size_t images_ = 0;
  std::size_t bytes_ = 0;
  std::string folder_;
  int file_ = -1;
  std::size_t memory_limit_ = 0;
  std::atomic<std::size_t> memory_used_{0};
  std::shared_ptr<char> memory_;  // bytes_ of address space; null when there is none to be had
  std::vector<std::vector<std::uint8_t>> in_memory_;  // [split][image]: whether, not in the file
};

}  // namespace splitbench
