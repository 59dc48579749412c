// Matrices in calibrations: each row as its largest magnitude and whole parts of it. Row by row,
// [row][column]. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace splitbench {

// What a row's entries are whole parts of: its largest magnitude divided by `top`, of at most 15
// bits. All take and give `rows` rows.
std::vector<float> rounded_matrix(const std::vector<float>& matrix, std::size_t rows, int top);
void write_matrix(ByteWriter& writer, const std::vector<float>& matrix, std::size_t rows, int top);
// Gives what rounded_matrix() gave. Throws Error{kBadInput} naming `what` when there are too few
// bytes, or an entry is not finite or larger than `limit`.
std::vector<float> read_matrix(ByteReader& reader, std::size_t rows, std::size_t columns,
                               float limit, const char* what);

// The bytes of such a matrix.
constexpr std::size_t matrix_bytes(std::size_t rows, std::size_t columns) {
  return rows * (sizeof(float) + 2 * columns);
}

}  // namespace splitbench
