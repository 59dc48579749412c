// The users of one server, as a file that a plan for them reads.
//
//   {"shared_link": "wifi",
//    "defaults": {"device_profile": "device.json", "server_profile": "server.json", "cells":
//    "sweep"}, "users": [{"name": "door", "link": "lte", "max_latency_s": 0.2, "max_accuracy_loss":
//    0.01,
//               "weight": 2, "arrivals_hz": 0.5, "device_scale": 5},
//              {"name": "hall"}]}
//
// `defaults` may hold any key of a user but its name. Profiles, cells and links that are files are
// relative to this file; a user without a link uses the shared one.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"

namespace splitbench {

struct UserEntry {
  std::string name;
  std::string device_profile, server_profile, cells;  // files; `cells` may be a sweep's folder
  std::string link;                                   // as --link takes it; empty: the shared one
  Constraints constraints;
  double weight = 1, arrivals_hz = 0;
  double device_scale = 1, server_scale = 1;
};

struct UsersFile {
  std::string shared_link;  // as --link takes it; empty when none is shared
  std::vector<UserEntry> users;
};

constexpr std::size_t kMostUsers = 10000;

// Throws Error{kBadInput} naming file and key: a key that is not known (nothing is ignored, for a
// misspelt bound would be none), a missing profile, a user without any link, too many users. What
// numbers mean is checked by who plans.
UsersFile read_users(const std::string& path);

}  // namespace splitbench
