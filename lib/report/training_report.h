// A learning curve as a report. Pure function; thread-safe.
#pragma once

#include <string>

#include "core/training_log.h"
#include "report/table.h"

namespace splitbench {

// As CSV the epochs alone.
std::string render(const TrainingLog& log, ReportFormat format);

}  // namespace splitbench
