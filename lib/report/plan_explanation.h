// The parts of a plan's report that say why, and what would change it. Pure; thread-safe.
#pragma once

#include "core/plan.h"
#include "report/page.h"

namespace splitbench {

// Why this choice, what would have to change for another to win, what matters most, and the choice
// that bets on no interval. Nothing without an explanation.
void append_explanation(Page& page, const Plan& plan);

// The trace's distribution and regret; nothing without a trace.
void append_trace(Page& page, const Plan& plan);

// How the cells were looked for; nothing without a search.
void append_search(Page& page, const Plan& plan);

// The front with its knee, when it has more than one point.
void append_front(Page& page, const Plan& plan);

// The policy along the rates as a line of letters, with the crossings below; then the table over
// rate and load as rows of the same letters. Nothing without a policy.
void append_crossings(Page& page, const Plan& plan);

}  // namespace splitbench
