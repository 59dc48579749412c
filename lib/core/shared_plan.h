// A plan for several users of one server: what each should do, and how server and link are shared
// (splitbench.shared-plan).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plan.h"

namespace splitbench {

// One device that uses the server: its model by its profiles and cells, its link and its bounds.
struct UserRequest {
  std::string name;
  std::shared_ptr<const Profile> device, server;
  std::shared_ptr<const std::vector<Cell>> cells;
  Link link;
  bool shares_link = false;  // `link` is the shared one
  Constraints constraints;  // not of energy, which follows from the shares; max_latency_s: deadline
  double weight = 1;        // of its latency, 1e-6 to 1e6
  double arrivals_hz = 0;   // requests a second
  double device_scale = 1, server_scale = 1;
};

struct SharedPlanRequest {
  std::vector<UserRequest> users;
  std::optional<Link> shared_link;
  double server_load = 0;  // the share of the server's time that strangers take, below 1
};

struct UserPlan {
  std::string name;
  std::string model_name, model_sha256;
  Link link;
  bool shares_link = false;
  Constraints constraints;
  double weight = 1, arrivals_hz = 0;
  double device_scale = 1, server_scale = 1;
  std::size_t options = 0;  // candidates that keep the bounds other than the deadline
  // With the shares below; unset when the plan is infeasible.
  std::optional<Candidate> chosen;
  double server_share = 0, link_share = 0;  // of the whole; 0 of what it does not use
  // Latency of its best choice with server and link to itself; unset when nothing keeps its bounds.
  std::optional<double> alone_s;
};

struct SharedPlan {
  std::vector<UserPlan> users;
  std::optional<Link> shared_link;
  double server_load = 0;
  std::optional<double> cost_s;       // weighted sum of latencies; unset when infeasible
  std::optional<double> bound_s;      // which no choice falls below; unset when nothing is possible
  bool exact = false;                 // the best there is, or proven infeasible
  std::optional<double> responded_s;  // the cost after best responses alone; unset: infeasible then
  std::size_t tried = 0;              // choices tried beyond those
  std::string infeasible_because;     // empty when feasible
  std::vector<std::string> warnings;
};

}  // namespace splitbench
