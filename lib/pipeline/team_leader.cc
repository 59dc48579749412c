#include "pipeline/team_leader.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kLeader = 0;
// How soon a request to stop is noticed by a leader that waits for its members.
constexpr std::chrono::milliseconds kStopCheck(100);

std::chrono::duration<double> seconds(double s) { return std::chrono::duration<double>(s); }

}  // namespace

TeamLeader::TeamLeader(Messenger& messenger, EventSink& events, TeamPatience patience)
    : messenger_(messenger), events_(events), patience_(patience), members_(messenger.size()) {
  for (Member& member : members_) member.heard_s = monotonic_s();
  server_ = std::thread([this] { serve(); });
}

TeamLeader::~TeamLeader() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  server_.join();
}

void TeamLeader::prepare(const std::string& body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  preparation_ = body;
}

bool TeamLeader::run(const Round& round) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::vector<std::size_t> groups;
  for (const TeamTask& task : round.tasks) groups.push_back(task.group);
  board_.put_up(std::move(groups));
  ++round_number_;
  stopping_ = false;
  round_ = &round;
  // However this ends: the round belongs to the caller.
  struct Close {
    const Round*& round;
    ~Close() { round = nullptr; }
  } close{round_};
  while (!failure_ && !board_.finished()) {
    const bool stop = stopping();
    if (stop && !members_at_work()) return false;
    const std::optional<std::size_t> task = stop ? std::nullopt : board_.take(kLeader);
    if (!task) {
      changed_.wait_for(lock, kStopCheck);
      continue;
    }
    std::string result;
    lock.unlock();
    try {
      result = round.work(*task);
    } catch (...) {
      lock.lock();
      throw;
    }
    lock.lock();
    accept(*task, result);
  }
  if (failure_) std::rethrow_exception(failure_);
  return true;
}

// The messenger is used by this thread alone.
void TeamLeader::serve() {
  while (true) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      try {
        while (const std::optional<Message> message = messenger_.receive()) {
          hear(message->from, parse_team_message(message->text));
        }
      } catch (...) {
        // Told to who runs the round.
        if (!failure_) failure_ = std::current_exception();
        changed_.notify_all();
      }
      look_for_lost();
      if (ended_ && all_gone()) return;
    }
    std::this_thread::sleep_for(seconds(patience_.pause_s));
  }
}

void TeamLeader::hear(std::size_t from, const TeamMessage& message) {
  Member& member = members_.at(from);
  member.heard_s = monotonic_s();
  member.known = true;
  member.lost = false;
  if (message.word == TeamWord::kResult && message.round == round_number_ && round_ != nullptr) {
    accept(message.task, message.body);
  }
  changed_.notify_all();
  if (message.word == TeamWord::kLeave) {
    member.left = true;
    board_.give_back(from);
    return;
  }
  messenger_.send(from, team_text(answer(from, message)));
}

TeamMessage TeamLeader::answer(std::size_t to, const TeamMessage& question) {
  Member& member = members_[to];
  if (ended_) {
    member.left = true;
    return {TeamWord::kEnd, 0, 0, ""};
  }
  if (question.word == TeamWord::kBusy) return {};
  if (!member.prepared) {
    if (!preparation_) return {};
    member.prepared = true;
    return {TeamWord::kPrepare, 0, 0, *preparation_};
  }
  if (round_ == nullptr || failure_ || stopping()) return {};
  const std::optional<std::size_t> task = board_.take(to);
  if (!task) return {};
  return {TeamWord::kTask, round_number_, *task, round_->tasks[*task].text};
}

// Once yes, yes for the whole round.
bool TeamLeader::stopping() {
  stopping_ = stopping_ || (round_->stop_requested && round_->stop_requested());
  return stopping_;
}

void TeamLeader::accept(std::size_t task, const std::string& result) {
  if (!board_.finish(task)) return;
  try {
    round_->take(task, result);
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
  }
}

void TeamLeader::look_for_lost() {
  const double now_s = monotonic_s();
  for (std::size_t rank = 1; rank < members_.size(); ++rank) {
    Member& member = members_[rank];
    const double patience_s = member.known ? patience_.with_member_s : patience_.with_newcomer_s;
    if (member.lost || member.left || now_s - member.heard_s < patience_s) continue;
    member.lost = true;
    board_.give_back(rank);
    changed_.notify_all();
    events_.warning("rank " + std::to_string(rank) + " is silent and taken for lost; the others " +
                    "do its work");
  }
}

bool TeamLeader::members_at_work() const {
  for (std::size_t rank = 1; rank < members_.size(); ++rank) {
    if (board_.at_work(rank)) return true;
  }
  return false;
}

bool TeamLeader::all_gone() const {
  return std::all_of(members_.begin() + 1, members_.end(),
                     [](const Member& member) { return member.left || member.lost; });
}

}  // namespace splitbench
