// IDX files, plain and gzipped, as images (three dimensions) and as labels (one).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "../support/memory_file.h"
#include "base/error.h"
#include "data/idx_file.h"

namespace {

void read(const std::string& path, int dimensions) {
  try {
    const splitbench::Tensor tensor = splitbench::read_idx_file(path, dimensions);
    if (tensor.dtype() != splitbench::DType::kU8) std::abort();
    if (tensor.shape().size() != static_cast<std::size_t>(dimensions)) std::abort();
    // Reads every element, for a sanitizer to see.
    if (!splitbench::bit_identical(tensor, tensor.clone())) std::abort();
  } catch (const splitbench::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const splitbench::MemoryFile file(data, size);
  read(file.path(), 1);
  read(file.path(), 3);
  return 0;
}
