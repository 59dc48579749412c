// The plan for several users of one server: candidates as any plan's (plan/candidates.h), chosen
// together with the shares of server and link (plan/share_choice.h).
//
// fixed_s, server_s and link_s of a candidate are its estimate without load: server_s its tail and
// decoding, link_s the sending of payload and overhead over the whole shared link, fixed_s the
// rest. Round trips, and the way back, are not shared. The cost is the weighted sum of latencies. A
// user alone, with no arrivals, has the latency that a plan with the same load and queue mm1 gives
// it. Pure function; thread-safe.
#pragma once

#include "core/shared_plan.h"
#include "plan/share_choice.h"

namespace splitbench {

// Throws Error{kBadInput} naming the user: as check_request() and bounds_of(); a weight, arrival
// rate or name that is none; no users; a name given twice; a load of 1 or more.
SharedPlan make_shared_plan(const SharedPlanRequest& request,
                            const ShareChoiceSettings& settings = {});

}  // namespace splitbench
