// IDX files: the arrays of bytes that MNIST and its successors come in.
//
// Format: big-endian; two zero bytes, the element type (8: unsigned byte), the number of
// dimensions, each dimension as 32 bits, then the elements, last dimension fastest.
// Source: Y. LeCun, http://yann.lecun.com/exdb/mnist/.
#pragma once

#include <string>

#include "core/tensor.h"

namespace splitbench {

// A file of unsigned bytes, gzipped or plain, as a uint8 tensor with `dimensions` dimensions.
// Throws Error{kBadInput} naming the path when it is missing, damaged, another kind of IDX file,
// shorter or longer than its header says, or above 2^30 bytes.
Tensor read_idx_file(const std::string& path, int dimensions);

}  // namespace splitbench
