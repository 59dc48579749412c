// How a command ends whose sweep is whole but for cells that failed.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace splitbench {

// Throws Error{kPartial} that names how many of the folder's cells failed, and `way_out`, unless
// none has.
inline void require_no_failed_cells(std::size_t failed, std::size_t cells,
                                    const std::string& folder, const std::string& way_out) {
  if (failed == 0) return;
  throw Error(ErrorCode::kPartial, std::to_string(failed) + " of " + std::to_string(cells) +
                                       " cells failed; their reasons are in " + folder +
                                       "/cells.jsonl" + way_out);
}

}  // namespace splitbench
