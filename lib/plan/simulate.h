// Plans replayed over a trace: what each would have cost, request by request.
//
// Requests start evenly spread over one round of the rate trace, each for itself (plan/replay.h):
// none waits for another on the device. The load is the load trace's at the start, or the plan's.
// The dynamic strategy looks its table up with what the link's past says of the rate at which the
// request starts (plan/forecast.h), and keeps to the plan's choice where it says nothing, if the
// plan is one over a trace. The instant one, as published, looks it up with the rate and load of
// that moment and knows no more: a rate that lasts shorter than a transfer misleads it. The oracle
// takes the fastest of all candidates that keep the plan's bounds on accuracy, payload and memory,
// for what the link will do; regret is the time lost against it. All compare latency, whatever the
// plans' objective. Deterministic. Pure function; thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/plan.h"
#include "core/simulation.h"

namespace splitbench {

struct SimulationRequest {
  std::vector<Plan> plans;  // of one model, one link but for its rate, and one batch
  std::vector<std::string> plan_files;
  std::shared_ptr<const StepTrace> rate_bps;
  std::string rate_file, rate_format;
  std::shared_ptr<const StepTrace> load;  // null: the first plan's load
  std::string load_file;
  std::size_t requests = 100000;
  std::optional<double> deadline_s;
  double margin = 0.1;  // of the steady strategies
};

// Strategies: the static choice of each plan, dynamic, instant and steady of each with a policy,
// best-static, oracle. Throws Error{kBadInput} for plans that do not go together (another model,
// link, batch, scale or power, other times or bytes of the same candidate), no plan, no request, a
// trace of less than 1 bit/s in the mean, or a load that the queue does not take, and
// Error{kInfeasible} when no plan has a choice.
Simulation simulate(const SimulationRequest& request);

}  // namespace splitbench
