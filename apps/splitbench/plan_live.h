// `splitbench plan --aglop --model`: a search that measures the cells it asks for.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "command.h"
#include "core/plan.h"
#include "dataset_options.h"
#include "model_options.h"
#include "pipeline/run_recorder.h"
#include "pipeline/run_sweep.h"
#include "plan/aglop.h"

namespace splitbench {

class LiveSearch {
 public:
  void configure(CLI::App& app);
  bool wanted() const { return !model_.model.empty(); }

  // Searches for the settings that `request` needs, measuring into `folder`, and gives the request
  // all cells that are in it then. Throws Error{kRuntime} when it is stopped by a signal: the same
  // command goes on.
  SearchOutcome run(PlanRequest& request, const std::string& folder, RefinementSettings settings,
                    const Context& context, RunRecorder& recorder);

 private:
  ModelOptionGroup model_;
  DatasetOptionGroup images_;
  SweepSettings sweep_;
  std::vector<std::string> codecs_;
};

}  // namespace splitbench
