#include "data/idx_file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::uint8_t kUnsignedByte = 8;

// A stream that zlib unpacks when it is gzipped and hands through when it is not.
class GzipFile {
 public:
  explicit GzipFile(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rbe")) {
    if (file_ == nullptr) {
      throw bad_input("cannot open " + path + ": " + std::generic_category().message(errno));
    }
  }
  ~GzipFile() { gzclose(file_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  // Fewer bytes than asked for only at the end of the file.
  std::size_t read(std::uint8_t* destination, std::size_t count) {
    const int got = gzread(file_, destination, static_cast<unsigned>(count));
    int status = Z_OK;
    const char* message = gzerror(file_, &status);
    if (got < 0 || (status != Z_OK && status != Z_STREAM_END)) {
      throw bad_input(path_ + " is damaged: " + message);
    }
    return static_cast<std::size_t>(got);
  }

 private:
  std::string path_;
  gzFile file_;
};

Shape read_header(GzipFile& file, const std::string& path, int dimensions) {
  Bytes header(4 + 4 * static_cast<std::size_t>(dimensions));
  if (file.read(header.data(), header.size()) != header.size()) {
    throw bad_input(path + " ends within its header; expected an IDX file");
  }
  if (header[0] != 0 || header[1] != 0 || header[2] != kUnsignedByte || header[3] != dimensions) {
    throw bad_input(path + " is not an IDX file of unsigned bytes with " +
                    std::to_string(dimensions) + " dimensions");
  }
  Shape shape;
  std::uint64_t bytes = 1;
  for (std::size_t at = 4; at < header.size(); at += 4) {
    const std::uint32_t size = std::uint32_t{header[at]} << 24 |
                               std::uint32_t{header[at + 1]} << 16 |
                               std::uint32_t{header[at + 2]} << 8 | header[at + 3];
    shape.push_back(size);
    if (size != 0 && bytes > kMaxBytes / size) {
      throw bad_input(path + " declares more than 2^30 bytes: " + shape_text(shape) + "...");
    }
    bytes *= size;
  }
  return shape;
}

}  // namespace

Tensor read_idx_file(const std::string& path, int dimensions) {
  GzipFile file(path);
  const Shape shape = read_header(file, path, dimensions);
  const std::size_t declared = element_count(shape);
  // Grows with what is there, not with what a damaged header promises.
  auto elements = std::make_shared<Bytes>();
  Bytes chunk(kChunkBytes);
  while (const std::size_t got = file.read(chunk.data(), chunk.size())) {
    elements->insert(elements->end(), chunk.begin(), chunk.begin() + static_cast<long>(got));
    if (elements->size() > declared) {
      throw bad_input(path + " is longer than its header says: " + shape_text(shape));
    }
  }
  if (elements->size() < declared) {
    throw bad_input(path + " has " + std::to_string(elements->size()) +
                    " elements, its header says " + shape_text(shape));
  }
  const void* data = elements->data();
  return Tensor::wrap({DType::kU8, shape}, std::move(elements), data);
}

}  // namespace splitbench
