// NumPy files. All rows of one that is accepted can be read, and they are inside the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "../support/memory_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "data/npy_file.h"

namespace splitbench {
namespace {

std::optional<NpyFile> accepted(const std::string& path) {
  try {
    return NpyFile(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void check(const std::string& path, std::size_t file_bytes) {
  const std::optional<NpyFile> file = accepted(path);
  if (!file) return;
  const std::size_t bytes = file->rows() * file->row_bytes();
  if (bytes != file->spec().bytes() || bytes > file_bytes) std::abort();
  Bytes elements(bytes);
  file->read_rows(0, file->rows(), elements.data());
}

}  // namespace
}  // namespace splitbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const splitbench::MemoryFile file(data, size);
  splitbench::check(file.path(), size);
  return 0;
}
