// A rank of a sweep other than rank 0: does what the leader says (pipeline/team_leader.h).
#pragma once

#include <functional>
#include <string>

#include "core/messenger.h"
#include "pipeline/team_message.h"

namespace splitbench {

struct TeamDuties {
  // Once, before all tasks.
  std::function<void(const std::string& body)> prepare;
  // Returns what came of the task.
  std::function<std::string(const std::string& task)> work;
  // Whether to do no further task. May be empty.
  std::function<bool()> stop_requested;
};

// Works until the leader says that the sweep is over, or a request to stop; the task in work is
// finished and told first. Uses `messenger` from a thread of its own. Throws Error{kRuntime} when
// the leader is lost, and what the duties throw.
void serve_team(Messenger& messenger, const TeamDuties& duties, TeamPatience patience = {});

}  // namespace splitbench
