#include "pipeline/team_member.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kLeader = 0;
// How soon a request to stop is noticed by a member without work.
constexpr std::chrono::milliseconds kStopCheck(100);
// How long a member that leaves waits for the leader's last answer.
constexpr std::chrono::seconds kFarewell(2);

// Talks with the leader while the member works.
class Line {
 public:
  Line(Messenger& messenger, TeamPatience patience)
      : messenger_(messenger), patience_(patience), talker_([this] { talk(); }) {}
  ~Line() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    talker_.join();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // What is to be done next; unset on a request to stop. From then on the member is busy.
  std::optional<TeamMessage> await_order(const std::function<bool()>& stop_requested) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      if (failure_) std::rethrow_exception(failure_);
      // A result that was not sent yet would be lost.
      if (!question_ && stop_requested && stop_requested()) return {};
      if (order_) break;
      changed_.wait_for(lock, kStopCheck);
    }
    std::optional<TeamMessage> order;
    order.swap(order_);
    return order;
  }

  // The member is through with the last order; `result` is unset when there is nothing to tell.
  void report(std::optional<TeamMessage> result) {
    const std::lock_guard<std::mutex> lock(mutex_);
    busy_ = false;
    question_ = std::move(result);
  }

  // Tells the leader not to wait for this member.
  void leave() {
    std::unique_lock<std::mutex> lock(mutex_);
    question_ = TeamMessage{TeamWord::kLeave, 0, 0, ""};
    changed_.wait_for(lock, kFarewell, [&] { return !question_ || failure_; });
  }

 private:
  void talk() {
    while (true) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        try {
          if (closed_ || failure_) return;
          while (const std::optional<Message> message = messenger_.receive()) {
            hear(parse_team_message(message->text));
          }
          ask();
        } catch (...) {
          failure_ = std::current_exception();
          changed_.notify_all();
        }
      }
      std::this_thread::sleep_for(std::chrono::duration<double>(patience_.pause_s));
    }
  }

  void hear(const TeamMessage& answer) {
    awaits_answer_ = false;
    if (answer.word == TeamWord::kWait) return;
    busy_ = true;
    order_ = answer;
    changed_.notify_all();
  }

  void ask() {
    const double silent_s = monotonic_s() - asked_s_;
    if (awaits_answer_) {
      if (silent_s < patience_.with_leader_s) return;
      throw runtime_failure(
          "rank 0 does not answer and is taken for lost; its cells are kept, go on with --resume");
    }
    if (!question_ && silent_s < (busy_ ? patience_.busy_sign_s : patience_.idle_sign_s)) return;
    const TeamMessage sign{busy_ ? TeamWord::kBusy : TeamWord::kIdle, 0, 0, ""};
    messenger_.send(kLeader, team_text(question_ ? *question_ : sign));
    question_.reset();
    awaits_answer_ = true;
    asked_s_ = monotonic_s();
    changed_.notify_all();
  }

  Messenger& messenger_;
  TeamPatience patience_;
  std::mutex mutex_;  // of everything below
  std::condition_variable changed_;
  std::optional<TeamMessage> order_;
  std::optional<TeamMessage> question_;  // a result that is to be told
  bool busy_ = false;
  bool awaits_answer_ = false;
  bool closed_ = false;
  double asked_s_ = 0;
  std::exception_ptr failure_;
  std::thread talker_;  // last: it uses the others
};

}  // namespace

void serve_team(Messenger& messenger, const TeamDuties& duties, TeamPatience patience) {
  Line line(messenger, patience);
  try {
    while (const std::optional<TeamMessage> order = line.await_order(duties.stop_requested)) {
      if (order->word == TeamWord::kEnd) return;
      if (order->word == TeamWord::kPrepare) {
        duties.prepare(order->body);
        line.report({});
      } else {
        line.report(
            TeamMessage{TeamWord::kResult, order->round, order->task, duties.work(order->body)});
      }
    }
  } catch (...) {
    line.leave();
    throw;
  }
  line.leave();
}

}  // namespace splitbench
