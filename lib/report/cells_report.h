// The cells of a sweep as a report: what every codec made of every split.
//
// Text and Markdown: a summary, the table of measured cells, the cells that were not measured with
// their reasons. CSV: one row for each cell, whatever its status. Pure function; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/cell.h"
#include "report/table.h"

namespace splitbench {

std::string render(const std::vector<Cell>& cells, ReportFormat format);

}  // namespace splitbench
