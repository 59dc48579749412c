// One cell as the JSON object of a line of cells.jsonl. Private to lib/io.
#pragma once

#include "base/bytes.h"
#include "core/cell.h"
#include "io/json.h"

namespace splitbench {

constexpr char kCellsSchema[] = "splitbench.cells";

Json cell_json(const Cell& cell);
Cell cell_from(const JsonNode& node);

// Whether base64 text may be the bits of an accuracy: as many as it has images, of which its share
// is set. They are what the accuracy was counted from; others were edited or damaged.
bool holds_bits_of(const Bytes& bits, std::size_t images);
bool counts_as(const Bytes& bits, const CellAccuracy& accuracy);

}  // namespace splitbench
