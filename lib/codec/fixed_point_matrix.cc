#include "codec/fixed_point_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "base/error.h"

namespace splitbench {
namespace {

using Entry = std::int16_t;

float unit_of(const float* row, std::size_t columns, int top) {
  float largest = 0;
  for (std::size_t i = 0; i < columns; ++i) largest = std::max(largest, std::fabs(row[i]));
  return largest / static_cast<float>(top);
}

Entry entry_of(float value, float unit) {
  return static_cast<Entry>(unit > 0 ? std::lround(value / unit) : 0);
}

std::size_t columns_of(const std::vector<float>& matrix, std::size_t rows) {
  return rows == 0 ? 0 : matrix.size() / rows;
}

}  // namespace

std::vector<float> rounded_matrix(const std::vector<float>& matrix, std::size_t rows, int top) {
  const std::size_t columns = columns_of(matrix, rows);
  std::vector<float> rounded;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* entries = &matrix[row * columns];
    const float unit = unit_of(entries, columns, top);
    for (std::size_t i = 0; i < columns; ++i) rounded.push_back(unit * entry_of(entries[i], unit));
  }
  return rounded;
}

// Low and high bytes apart, which zstd likes.
void write_matrix(ByteWriter& writer, const std::vector<float>& matrix, std::size_t rows, int top) {
  const std::size_t columns = columns_of(matrix, rows);
  Bytes low, high;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* entries = &matrix[row * columns];
    const float unit = unit_of(entries, columns, top);
    writer.f32(unit);
    for (std::size_t i = 0; i < columns; ++i) {
      const auto bits = static_cast<std::uint16_t>(entry_of(entries[i], unit));
      low.push_back(static_cast<std::uint8_t>(bits));
      high.push_back(static_cast<std::uint8_t>(bits >> 8));
    }
  }
  writer.raw(low);
  writer.raw(high);
}

std::vector<float> read_matrix(ByteReader& reader, std::size_t rows, std::size_t columns,
                               float limit, const char* what) {
  constexpr auto kLargestEntry = -static_cast<float>(std::numeric_limits<Entry>::min());
  std::vector<float> units(rows);
  for (float& unit : units) {
    unit = reader.f32();
    if (!(std::fabs(unit) <= limit / kLargestEntry)) {
      throw bad_input(std::string(what) + ": holds a number that is not finite or out of range");
    }
  }
  const ByteView low = reader.raw(rows * columns);
  const ByteView high = reader.raw(rows * columns);
  std::vector<float> matrix(rows * columns);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const auto bits = static_cast<std::uint16_t>(low.data[i] | high.data[i] << 8);
    matrix[i] = units[i / columns] * static_cast<float>(static_cast<Entry>(bits));
  }
  return matrix;
}

}  // namespace splitbench
