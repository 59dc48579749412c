// Documents in which every field has a value of its own, so that a swapped or lost one shows.
#pragma once

#include <string>

#include "core/cell.h"
#include "core/front.h"
#include "core/plan.h"
#include "core/profile.h"
#include "core/run_record.h"
#include "core/simulation.h"
#include "io/sweep_manifest.h"

namespace splitbench {

RunRecord sample_run();
Profile sample_profile();
FrontSet sample_fronts();
SweepManifest sample_manifest();
Plan sample_plan();
Simulation sample_simulation();
// An ok cell on 12 labelled images.
Cell sample_cell();
// Of a cell with a learned codec.
CellBottleneck sample_bottleneck();
// A cell that the codec refused.
Cell refused_cell();
// A cell that lost a race.
Cell stopped_cell();

}  // namespace splitbench
