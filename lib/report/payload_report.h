// What every codec needs at every split for a given loss of accuracy, or for a given agreement with
// the uncompressed model: the tables by which codecs are compared.
//
// Of a codec's measured settings the one with the smallest mean payload that is within the bound;
// nothing where no setting is. Text and Markdown: a table for each bound, the splits by the codecs.
// CSV: one row for each bound, split and codec, with the settings and the interval of their loss.
// Agreement is the steadier measure: answers that change for the better and for the worse cancel
// out in the loss, and by how much is chance. Pure function; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/cell.h"
#include "report/table.h"

namespace splitbench {

// Both as fractions: 0.01 of loss is one point.
struct PayloadBounds {
  std::vector<double> losses;      // at most
  std::vector<double> agreements;  // at least
};

// `splits` are the network's, from its input to its output: the order of the rows. Splits that are
// not in it, all of them when nobody knows, come after it as they come first among the cells;
// server-only always comes first.
std::string render_payloads(const std::vector<Cell>& cells, const PayloadBounds& bounds,
                            const std::vector<std::string>& splits, ReportFormat format);

}  // namespace splitbench
