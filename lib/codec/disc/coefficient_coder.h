// Entropy coding of a tensor's quantised coefficients: for every block where they end, then which
// are significant (not 0), then their values. The contexts are few and known before a symbol is
// coded, so that symbols follow each other without waiting (codec/entropy/rans.h): with more
// of them, up to the state of all neighbouring blocks, streams were less than 1 % shorter.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "codec/disc/model.h"
#include "codec/disc/table_learner.h"

namespace splitbench::disc {

// Blocks are in the order of codec/disc/block_order.h. Bit r of a block's mask: the coefficient of
// rank r is significant.
using SignificanceMasks = std::vector<std::uint64_t>;

struct QuantisedTensor {
  SignificanceMasks significant;
  std::vector<Level> levels;  // of the significant coefficients, by block and rank
};

Bytes encode_coefficients(const Model& model, const QuantisedTensor& tensor);
// Throws Error{kBadInput} naming `what` for anything encode_coefficients() cannot have written.
QuantisedTensor decode_coefficients(const Model& model, ByteView bytes, const char* what);
void count_symbols(const Model& model, const QuantisedTensor& tensor, SymbolCounts& counts);

}  // namespace splitbench::disc
