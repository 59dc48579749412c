// NumPy .npy files, read by rows of the first axis and not as a whole.
//
// Format: versions 1.0 and 2.0 of numpy.lib.format: magic, version, a Python dict literal with
// 'descr', 'fortran_order' and 'shape', then the elements. Only C order, and only little-endian
// '<f4', '<i4', '<i8' and '|u1'. Reading is thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/tensor.h"
#include "data/random_access_file.h"

namespace splitbench {

class NpyFile {
 public:
  // Throws Error{kBadInput} naming the path when it is missing, no .npy file, of another version,
  // order or element type, a scalar, or when its size is not what its header says.
  explicit NpyFile(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const TensorSpec& spec() const { return spec_; }
  std::size_t rows() const { return static_cast<std::size_t>(spec_.shape.front()); }
  std::size_t row_bytes() const { return row_bytes_; }

  // first + count <= rows(); `destination` holds count * row_bytes() bytes.
  void read_rows(std::size_t first, std::size_t count, void* destination) const;

 private:
  RandomAccessFile file_;
  TensorSpec spec_;
  std::uint64_t data_offset_ = 0;
  std::size_t row_bytes_ = 0;
};

}  // namespace splitbench
