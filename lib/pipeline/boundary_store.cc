#include "pipeline/boundary_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace splitbench {
namespace {

int open_spill_file(const std::string& folder) {
  std::string name = folder + "/.boundaries.XXXXXX";
  const int file = mkstemp(name.data());
  if (file < 0) {
    throw runtime_failure(folder +
                          ": cannot make a temporary file for tensors: " + std::strerror(errno));
  }
  // Without a name it vanishes with the process, however that ends.
  unlink(name.c_str());
  return file;
}

template <typename Transfer, typename Pointer>
void transfer_all(Transfer transfer, int file, Pointer* data, std::size_t count, std::size_t offset,
                  const char* what) {
  while (count > 0) {
    const ssize_t done = transfer(file, data, count, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      throw runtime_failure(std::string("cannot ") + what + " the temporary file of tensors: " +
                            (done < 0 ? std::strerror(errno) : "it is too short") +
                            "; free disk space or raise --memory");
    }
    data += done;
    count -= static_cast<std::size_t>(done);
    offset += static_cast<std::size_t>(done);
  }
}

// Tensors begin at multiples of this, as those of an allocator do.
constexpr std::size_t kAlignment = 64;

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t aligned_bytes(const BoundarySpec& spec) {
  std::size_t bytes = 0;
  for (const TensorSpec& tensor : spec) bytes += aligned(tensor.bytes());
  return bytes;
}

// Address space; memory is taken as it is written to. Null when the system refuses.
std::shared_ptr<char> reserve(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  return {static_cast<char*>(memory), [bytes](char* start) { munmap(start, bytes); }};
}

}  // namespace

BoundaryStore::BoundaryStore(std::vector<BoundarySpec> specs, std::size_t images,
                             std::size_t memory_bytes, const std::string& folder)
    : specs_(std::move(specs)), images_(images), folder_(folder) {
  for (const BoundarySpec& spec : specs_) {
    bases_.push_back(bytes_);
    strides_.push_back(aligned_bytes(spec));
    bytes_ += strides_.back() * images;
  }
  memory_ = reserve(bytes_);
  in_memory_.assign(specs_.size(), std::vector<std::uint8_t>(images, 0));
  limit_memory(memory_bytes);
}

BoundaryStore::~BoundaryStore() {
  if (file_ >= 0) close(file_);
}

void BoundaryStore::limit_memory(std::size_t memory_bytes) {
  memory_limit_ = memory_ ? memory_bytes : 0;
  if (bytes_ > memory_limit_ && !spilled()) file_ = open_spill_file(folder_);
}

void BoundaryStore::spill(std::size_t memory_bytes) {
  limit_memory(memory_bytes);
  std::size_t moved_to = 0;  // all before this is in the file
  for (std::size_t split = 0; split < specs_.size(); ++split) {
    for (std::size_t image = 0; image < images_ && memory_used_ > memory_bytes; ++image) {
      moved_to = offset(split, image) + strides_[split];
      if (in_memory_[split][image] == 0) continue;
      transfer_all(pwrite, file_, memory_.get() + offset(split, image), strides_[split],
                   offset(split, image), "write");
      in_memory_[split][image] = 0;
      memory_used_ -= strides_[split];
    }
  }
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (moved_to >= page) madvise(memory_.get(), moved_to / page * page, MADV_DONTNEED);
}

bool BoundaryStore::claim_memory(std::size_t bytes) {
  if (memory_used_.fetch_add(bytes) + bytes <= memory_limit_) return true;
  memory_used_ -= bytes;
  return false;
}

std::size_t BoundaryStore::offset(std::size_t split, std::size_t image) const {
  return bases_.at(split) + image * strides_[split];
}

void BoundaryStore::put(std::size_t split, std::size_t image, const Boundary& boundary) {
  if (spec_of(boundary) != specs_.at(split) || image >= images_) {
    throw bad_input(
        "the shape of a boundary depends on the input's values; such a split cannot be "
        "swept, name others with --split");
  }
  const bool in_memory = claim_memory(strides_[split]);
  in_memory_[split][image] = in_memory ? 1 : 0;
  std::size_t position = offset(split, image);
  for (const Tensor& tensor : boundary) {
    if (in_memory) {
      std::copy_n(tensor.as<char>(), tensor.bytes(), memory_.get() + position);
    } else {
      transfer_all(pwrite, file_, tensor.as<char>(), tensor.bytes(), position, "write");
    }
    position += aligned(tensor.bytes());
  }
}

Boundary BoundaryStore::get(std::size_t split, std::size_t image) const {
  const bool in_memory = in_memory_.at(split).at(image) != 0;
  Boundary boundary;
  std::size_t position = offset(split, image);
  for (const TensorSpec& spec : specs_.at(split)) {
    if (in_memory) {
      boundary.push_back(Tensor::wrap(spec, memory_, memory_.get() + position));
    } else {
      Tensor tensor = Tensor::allocate(spec);
      transfer_all(pread, file_, tensor.mutable_as<char>(), tensor.bytes(), position, "read");
      boundary.push_back(std::move(tensor));
    }
    position += aligned(spec.bytes());
  }
  return boundary;
}

}  // namespace splitbench
