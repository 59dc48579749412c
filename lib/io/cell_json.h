// One cell as the JSON object of a line of cells.jsonl. Private to lib/io.
#pragma once

#include "core/cell.h"
#include "io/json.h"

namespace splitbench {

Json cell_json(const Cell& cell);
Cell cell_from(const JsonNode& node);

}  // namespace splitbench
