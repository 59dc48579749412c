// A profile as a report: what each split costs on either side, and where the time goes.
//
// Text and Markdown: summary, the table of splits, the ten slowest layers, the environment and
// validity when `run` is given. CSV: the table of splits. Pure function; thread-safe.
#pragma once

#include <string>

#include "core/profile.h"
#include "core/run_record.h"
#include "report/table.h"

namespace splitbench {

std::string render(const Profile& profile, ReportFormat format, const RunRecord* run = nullptr);

}  // namespace splitbench
