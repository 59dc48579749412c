// The candidates that a simulation replays, of any of its plans, each once.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/replay.h"

namespace splitbench {

// A candidate of one plan, or of several that agree on it.
struct Runner {
  std::string split, codec;
  Replay replay;
  std::size_t plan = 0;  // that it came from first
};

class ReplayPool {
 public:
  // The plan that the next candidates are of.
  void enter(std::size_t plan) { plan_ = plan; }

  // The index of a choice with an estimate, added when it is new: one plan may have several of a
  // name, from different sets of images. Throws Error{kBadInput} when another plan has it with
  // other times or bytes.
  std::size_t of(const Candidate& candidate, const Conditions& conditions);

  const std::vector<Runner>& runners() const { return runners_; }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> index_;
  std::vector<Runner> runners_;
  std::size_t plan_ = 0;
};

}  // namespace splitbench
