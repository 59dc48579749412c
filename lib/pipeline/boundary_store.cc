#include "pipeline/boundary_store.h"

#include <fcntl.h>
#include <unistd.h>

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

}  // namespace

BoundaryStore::BoundaryStore(std::vector<BoundarySpec> specs, std::size_t images,
                             std::size_t memory_bytes, const std::string& folder)
    : specs_(std::move(specs)), images_(images), folder_(folder) {
  for (const BoundarySpec& spec : specs_) {
    bases_.push_back(bytes_);
    bytes_ += boundary_bytes(spec) * images;
  }
  memory_.assign(specs_.size(), std::vector<Boundary>(images));
  limit_memory(memory_bytes);
}

void BoundaryStore::limit_memory(std::size_t memory_bytes) {
  memory_limit_ = memory_bytes;
  if (bytes_ > memory_bytes && !spilled()) file_ = open_spill_file(folder_);
}

bool BoundaryStore::claim_memory(std::size_t bytes) {
  if (memory_used_.fetch_add(bytes) + bytes <= memory_limit_) return true;
  memory_used_ -= bytes;
  return false;
}

BoundaryStore::~BoundaryStore() {
  if (file_ >= 0) close(file_);
}

std::size_t BoundaryStore::offset(std::size_t split, std::size_t image) const {
  return bases_.at(split) + image * boundary_bytes(specs_[split]);
}

void BoundaryStore::put(std::size_t split, std::size_t image, const Boundary& boundary) {
  if (spec_of(boundary) != specs_.at(split) || image >= images_) {
    throw bad_input(
        "the shape of a boundary depends on the input's values; such a split cannot be "
        "swept, name others with --split");
  }
  if (claim_memory(boundary_bytes(specs_[split]))) {
    memory_[split][image] = boundary;
    return;
  }
  std::size_t position = offset(split, image);
  for (const Tensor& tensor : boundary) {
    transfer_all(pwrite, file_, tensor.as<char>(), tensor.bytes(), position, "write");
    position += tensor.bytes();
  }
}

Boundary BoundaryStore::get(std::size_t split, std::size_t image) const {
  const Boundary& kept = memory_.at(split).at(image);
  if (!kept.empty()) return kept;
  if (!spilled()) throw runtime_failure("internal: a boundary is read that was never put");
  Boundary boundary;
  std::size_t position = offset(split, image);
  for (const TensorSpec& spec : specs_.at(split)) {
    Tensor tensor = Tensor::allocate(spec);
    transfer_all(pread, file_, tensor.mutable_as<char>(), tensor.bytes(), position, "read");
    position += tensor.bytes();
    boundary.push_back(std::move(tensor));
  }
  return boundary;
}

}  // namespace splitbench
