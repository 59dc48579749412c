#include "core/work_board.h"

#include <tuple>

namespace splitbench {
namespace {

// How gladly a worker goes to a group, the least first.
enum class Bond { kHome, kPrepared, kNobodys, kOthers };

}  // namespace

void WorkBoard::put_up(std::vector<std::size_t> groups) {
  tasks_.clear();
  in_work_.clear();
  for (const std::size_t group : groups) tasks_.push_back({group, State::kOpen});
  left_ = tasks_.size();
}

std::optional<std::size_t> WorkBoard::take(std::size_t worker) {
  give_back(worker);
  std::map<std::size_t, std::size_t> open;  // tasks, by group
  for (const Task& task : tasks_) open[task.group] += task.state == State::kOpen ? 1 : 0;
  using Preference = std::tuple<Bond, double>;
  std::optional<Preference> best;
  std::optional<std::size_t> chosen;
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    const Task& task = tasks_[t];
    if (task.state != State::kOpen) continue;
    const std::set<std::size_t>& keepers = keepers_[task.group];
    const auto home = home_.find(worker);
    const Bond bond = home != home_.end() && home->second == task.group ? Bond::kHome
                      : keepers.count(worker) != 0                      ? Bond::kPrepared
                      : keepers.empty()                                 ? Bond::kNobodys
                                                                        : Bond::kOthers;
    const double crowd = static_cast<double>(keepers.size() + 1);
    const Preference preference{bond, crowd / static_cast<double>(open[task.group])};
    if (best && !(preference < *best)) continue;
    best = preference;
    chosen = t;
  }
  if (!chosen) return {};
  Task& task = tasks_[*chosen];
  task.state = State::kInWork;
  in_work_[worker] = *chosen;
  home_[worker] = task.group;
  keepers_[task.group].insert(worker);
  return chosen;
}

void WorkBoard::give_back(std::size_t worker) {
  const auto found = in_work_.find(worker);
  if (found == in_work_.end()) return;
  Task& task = tasks_[found->second];
  if (task.state == State::kInWork) task.state = State::kOpen;
  in_work_.erase(found);
}

bool WorkBoard::finish(std::size_t task) {
  for (auto work = in_work_.begin(); work != in_work_.end();) {
    work = work->second == task ? in_work_.erase(work) : std::next(work);
  }
  if (tasks_.at(task).state == State::kDone) return false;
  tasks_[task].state = State::kDone;
  --left_;
  return true;
}

}  // namespace splitbench
