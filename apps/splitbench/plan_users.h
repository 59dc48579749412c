// `splitbench plan --users`: a plan for several users of one server.
#pragma once

#include <string>

#include "command.h"

namespace splitbench {

struct PlanUsersOptions {
  std::string users;  // file: io/users_file.h
  double server_load = 0;
  std::string output = "-";
  bool dry_run = false;
};

// The exit code. Throws Error{kInfeasible} when nothing keeps all bounds, with the document
// written.
int plan_for_users(const PlanUsersOptions& options, const Context& context);

}  // namespace splitbench
