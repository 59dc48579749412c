// What a sweep is, as its folder's manifest has it: all that its cells depend on.
#pragma once

#include <vector>

#include "io/sweep_manifest.h"
#include "pipeline/model_session.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// `all`: the cells of all shards together.
SweepManifest sweep_manifest(const ModelSession& session, const Dataset& dataset,
                             const SweepSettings& settings, const std::vector<SweepJob>& all);

}  // namespace splitbench
