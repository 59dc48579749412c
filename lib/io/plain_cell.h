// A measured cell from its line, quickly: the common case of io/cell_json.h. Private to lib/io.
#pragma once

#include <optional>
#include <string_view>

#include "core/cell.h"

namespace splitbench {

// The cell of a line of cells.jsonl that is plainly written (io/plain_json.h), of status ok and
// without fault; unset for any other, which cell_from() may still read or say what is wrong with.
// Both read the same.
std::optional<Cell> plain_cell(std::string_view line);

}  // namespace splitbench
