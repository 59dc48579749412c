// Every boundary of every image of a sweep: computed once, read once a cell.
//
// Kept in memory up to a limit, the others in an unlinked temporary file, which the operating
// system's page cache holds as far as it can. put() in any order, then get(); both may be called
// from several threads at once, put() for different images.
#pragma once

#include <atomic>
#include <cstddef>
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
  Boundary get(std::size_t split, std::size_t image) const;

  // From now on memory may only hold so much, what it holds already included. Not while put() is
  // called. Throws as the constructor does.
  void limit_memory(std::size_t memory_bytes);

  bool spilled() const { return file_ >= 0; }
  std::size_t bytes() const { return bytes_; }              // of everything, once it has been put
  std::size_t memory_used() const { return memory_used_; }  // so far

 private:
  bool claim_memory(std::size_t bytes);
  std::size_t offset(std::size_t split, std::size_t image) const;

  std::vector<BoundarySpec> specs_;
  std::vector<std::size_t> bases_;  // offset of each split's first image in the file
  std::size_t images_ = 0;
  std::size_t bytes_ = 0;
  std::string folder_;
  int file_ = -1;
  std::size_t memory_limit_ = 0;
  std::atomic<std::size_t> memory_used_{0};
  std::vector<std::vector<Boundary>> memory_;  // [split][image]; empty: in the file
};

}  // namespace splitbench
