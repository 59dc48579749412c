#include "plan/replay_pool.h"

#include "base/error.h"

namespace splitbench {

std::size_t ReplayPool::of(const Candidate& candidate, const Conditions& conditions) {
  const Replay replay(*candidate.estimate, conditions);
  std::vector<std::size_t>& known = index_[{candidate.split, candidate.codec}];
  for (const std::size_t i : known) {
    if (replay.takes_as_long_as(runners_[i].replay)) return i;
  }
  for (const std::size_t i : known) {
    if (runners_[i].plan == plan_) continue;
    throw bad_input("the plans do not agree on what " + candidate_name(candidate) +
                    " takes: they were made from other profiles or cells; simulate plans that "
                    "differ in rate and objective only");
  }
  known.push_back(runners_.size());
  runners_.push_back({candidate.split, candidate.codec, replay, plan_});
  return known.back();
}

}  // namespace splitbench
