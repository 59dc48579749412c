// One number of many: the time to send something over a trace, for every start.
//
// Starts are spread evenly over the trace, so results repeat exactly. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/plan.h"

namespace splitbench {

constexpr std::size_t kTraceStarts = 1000;

// `mean`, `quantile=0.95` or `cantelli=0.95`; throws Error{kBadInput} for anything else.
RobustStatistic parse_statistic(const std::string& text);
std::string statistic_text(const RobustStatistic& statistic);

// Moves with what is added to every sample, so that a sum of stages stays one.
double robust_value(const RobustStatistic& statistic, std::vector<double> samples);

// Seconds from start k of kTraceStarts, `after_s` later, until `bits` are through; for rising k
// keep one `hint`.
double transfer_from_start(const StepTrace& trace, std::size_t k, double bits, double after_s,
                           StepTrace::Hint& hint);

// Of these, over all starts.
double robust_transfer_s(const StepTrace& trace, double bits, double after_s,
                         const RobustStatistic& statistic);

// Seconds more for a bit more, about `bits` > 0: what 1 % less and 1 % more of them differ by.
double robust_pace_s(const StepTrace& trace, double bits, double after_s,
                     const RobustStatistic& statistic);

}  // namespace splitbench
