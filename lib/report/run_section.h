// The part of a report that says where a document's numbers come from and whether to trust them.
#pragma once

#include "core/run_record.h"
#include "report/page.h"

namespace splitbench {

// Heading, machine, validity with its reasons, and the run's warnings.
void append_run_section(Page& page, const RunRecord& run);

}  // namespace splitbench
