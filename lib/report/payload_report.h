// What every codec needs at every split for a given loss of accuracy: the table by which codecs are
// compared.
//
// Of a codec's measured settings the one with the smallest mean payload whose measured loss is at
// most the given one; nothing where no setting is. Text and Markdown: a table for each loss, the
// splits by the codecs. CSV: one row for each loss, split and codec, with the settings and the
// interval of their loss. Pure function; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/cell.h"
#include "report/table.h"

namespace splitbench {

// `losses` are fractions: 0.01 is one point.
std::string render_payloads(const std::vector<Cell>& cells, const std::vector<double>& losses,
                            ReportFormat format);

}  // namespace splitbench
