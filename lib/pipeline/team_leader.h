// Rank 0 of a sweep that several ranks work on: gives out tasks, takes the results, and does its
// share of the work.
//
// Members are served by a thread of its own, whatever the calling thread does. A member that is
// silent for too long is taken for lost and its task is done by another; should it come back, it is
// welcome.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/event_sink.h"
#include "core/messenger.h"
#include "core/work_board.h"
#include "pipeline/team_message.h"

namespace splitbench {

struct TeamTask {
  std::string text;       // tells a member what to do
  std::size_t group = 0;  // see core/work_board.h
};

class TeamLeader {
 public:
  // Uses `messenger` alone as long as it lives. Warns through `events`, from its own thread, when a
  // member is lost.
  TeamLeader(Messenger& messenger, EventSink& events, TeamPatience patience = {});
  // Tells all members that the sweep is over, and waits until they have heard it or are lost.
  ~TeamLeader();
  TeamLeader(const TeamLeader&) = delete;
  TeamLeader& operator=(const TeamLeader&) = delete;

  // Ranks in all, the lost ones and this one included.
  std::size_t size() const { return messenger_.size(); }

  // Has every member do this before it gets any task.
  void prepare(const std::string& body);

  struct Round {
    std::vector<TeamTask> tasks;
    // Does a task here; returns what a member would send. On the thread that calls run().
    std::function<std::string(std::size_t task)> work;
    // Takes what came of a task, from either thread, one at a time, each task once. It should be
    // brief: members wait for it.
    std::function<void(std::size_t task, const std::string& result)> take;
    // Whether to give out no further task; asked from either thread. May be empty.
    std::function<bool()> stop_requested;
  };
  // Until every task is done and taken. False when it was stopped before; what was in work then is
  // taken too. Rethrows what `work`, `take` and the messenger throw.
  bool run(const Round& round);

 private:
  struct Member {
    double heard_s = 0;
    bool known = false;     // has been heard of
    bool prepared = false;  // was told how
    bool lost = false;
    bool left = false;  // said so, or was told that the sweep is over
  };

  void serve();
  void hear(std::size_t from, const TeamMessage& message);
  TeamMessage answer(std::size_t to, const TeamMessage& question);
  bool stopping();
  void accept(std::size_t task, const std::string& result);
  void look_for_lost();
  bool members_at_work() const;
  bool all_gone() const;

  Messenger& messenger_;
  EventSink& events_;
  TeamPatience patience_;
  std::mutex mutex_;  // of everything below
  std::condition_variable changed_;
  std::vector<Member> members_;  // by rank; the first is the leader itself
  std::optional<std::string> preparation_;
  WorkBoard board_;
  const Round* round_ = nullptr;
  std::size_t round_number_ = 0;
  bool stopping_ = false;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::thread server_;
};

}  // namespace splitbench
