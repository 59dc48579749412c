// Entropy coding of a tensor's quantised coefficients, level by level: which quarters of the blocks
// are occupied, then which groups, then which coefficients, then their values. Each step knows all
// of the steps before, of the whole tensor, so that a context looks in all directions: at the four
// neighbouring blocks and at the same place in the channels before and behind.
// Pure functions; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/disc/model.h"
#include "codec/disc/symbol_tables.h"
#include "codec/disc/table_learner.h"

namespace splitbench::disc {

// A value for each block of each coded channel, with zeros around the blocks of a channel and
// around the channels, so that every block has all its neighbours.
template <typename Value>
class BlockMap {
 public:
  BlockMap(const BlockGrid& grid, std::size_t channels)
      : stride_(grid.columns.pieces() + 1),
        plane_(stride_ * (grid.rows.pieces() + 1)),
        values_(plane_ * (channels + 2) + stride_ + 1) {}

  // The block in this row and column of the coded channel with this number.
  std::size_t index(std::size_t channel, std::size_t row, std::size_t column) const {
    return stride_ + plane_ * (channel + 1) + stride_ * row + column;
  }
  Value& operator[](std::size_t index) { return values_[index]; }
  Value operator[](std::size_t index) const { return values_[index]; }

  Value left(std::size_t index) const { return values_[index - 1]; }
  Value right(std::size_t index) const { return values_[index + 1]; }
  Value above(std::size_t index) const { return values_[index - stride_]; }
  Value below(std::size_t index) const { return values_[index + stride_]; }
  Value before(std::size_t index) const { return values_[index - plane_]; }
  Value behind(std::size_t index) const { return values_[index + plane_]; }

 private:
  std::size_t stride_;
  std::size_t plane_;
  std::vector<Value> values_;
};

// Bit r: the coefficient of rank r is significant.
using SignificanceMap = BlockMap<std::uint64_t>;

struct RankedLevels {
  std::array<std::int8_t, kLanes> levels;
};

// What is encoded: the quantised coefficients of all blocks of all coded channels, channel by
// channel and row by row.
struct QuantisedTensor {
  SignificanceMap significant;
  std::vector<RankedLevels> levels;  // of the blocks that are not all 0

  explicit QuantisedTensor(const Model& model)
      : significant(model.grid(), model.coded_channels().size()) {}
};

// What is decoded: the same, with the levels side by side.
struct SparseTensor {
  SignificanceMap significant;
  std::vector<std::int8_t> levels;  // of the significant coefficients, by block and rank

  explicit SparseTensor(const Model& model)
      : significant(model.grid(), model.coded_channels().size()) {}
};

Bytes encode_coefficients(const Model& model, const QuantisedTensor& tensor);
// Throws Error{kBadInput} naming `what` for anything encode_coefficients() cannot have written.
SparseTensor decode_coefficients(const Model& model, ByteView bytes, const char* what);
void count_symbols(const Model& model, const QuantisedTensor& tensor, SymbolCounts& counts);

}  // namespace splitbench::disc
