// The evidence that one cell dominates another: no more bytes and no less accuracy, beyond chance.
#pragma once

#include "core/statistics.h"

namespace splitbench {

struct Domination {
  PairedCounts accuracy;  // images seen; first: the dominating cell, second: the dominated one
  double payload_bytes = 0, dominating_payload_bytes = 0;  // means over the images seen
  double margin = 0;  // of accuracy, a fraction: "no less" is "less by no more than this"
  // p-values, valid whenever one looks, of "the other is less accurate by more than the margin"
  // (corrected for the number of cells that this one is compared with) and of "the other costs
  // more", and the levels that they had to reach. 0 where what was seen leaves no room for it.
  double accuracy_p = 0, accuracy_level = 0;
  double payload_p = 0, payload_level = 0;
};

}  // namespace splitbench
