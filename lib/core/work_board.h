// Which task of a round a process does next, when processes ask for one whenever they are idle.
//
// Tasks of a group share something that is costly to make (the tensors at a split prepared, codecs
// calibrated, answers known), so a process stays with a group while it has open tasks, and comes
// back to it in later rounds. Then it goes to a group that nobody has prepared yet; only when there
// is none left does it help others, where the most is open for each of them. Tasks are given out
// one by one: nobody waits long for the last, and who dies has one in work.
//
// Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace splitbench {

class WorkBoard {
 public:
  // Puts up the tasks of the next round, each with its group; those of the last are gone.
  void put_up(std::vector<std::size_t> groups);

  // The next task for this worker: it has none then but this one. Unset when none is open.
  std::optional<std::size_t> take(std::size_t worker);
  // What the worker has in work is open again.
  void give_back(std::size_t worker);
  // False when it was done before, by another: both were given it, for one was taken for lost.
  bool finish(std::size_t task);

  bool finished() const { return left_ == 0; }
  // Whether the worker has a task in work.
  bool at_work(std::size_t worker) const { return in_work_.count(worker) != 0; }

 private:
  enum class State { kOpen, kInWork, kDone };
  struct Task {
    std::size_t group = 0;
    State state = State::kOpen;
  };

  std::vector<Task> tasks_;
  std::size_t left_ = 0;
  std::map<std::size_t, std::size_t> in_work_;            // task, by worker
  std::map<std::size_t, std::size_t> home_;               // last group, by worker
  std::map<std::size_t, std::set<std::size_t>> keepers_;  // workers that have prepared a group
};

}  // namespace splitbench
