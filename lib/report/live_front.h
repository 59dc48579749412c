// The front of a sweep under way, for a terminal that is drawn over and over.
//
// Pure function; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/cell.h"

namespace splitbench {

// How many cells there are, a plot of those that were measured and the least that has to be sent
// within some losses: at most 21 lines of at most 80 characters, each ending in a newline. Cells
// on the front of payload and loss are 'o', others '.'. Encoding times take no part, and
// device-only none either. Of cells that none is measured of: one line.
std::string live_front(const std::vector<Cell>& cells);

}  // namespace splitbench
