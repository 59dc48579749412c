// Ranks that are threads of one process: messengers that die when a test wishes.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/messenger.h"
#include "pipeline/team_message.h"

namespace splitbench {

// Signs of life come quickly; nobody is lost by mistake unless the machine stands still.
inline TeamPatience quick_patience() { return {0.01, 0.002, 0.0005, 0.5, 10, 10}; }

// Must outlive its messengers.
class FakeJob {
 public:
  explicit FakeJob(std::size_t ranks) : boxes_(ranks), dead_(ranks, false) {}

  std::unique_ptr<Messenger> messenger(std::size_t rank) {
    return std::make_unique<FakeMessenger>(*this, rank);
  }

  // From now on nothing comes from the rank or to it.
  void kill(std::size_t rank) {
    const std::lock_guard<std::mutex> lock(mutex_);
    dead_[rank] = true;
  }

 private:
  class FakeMessenger : public Messenger {
   public:
    FakeMessenger(FakeJob& job, std::size_t rank) : job_(job), rank_(rank) {}
    std::size_t rank() const override { return rank_; }
    std::size_t size() const override { return job_.boxes_.size(); }
    void send(std::size_t to, const std::string& text) override {
      const std::lock_guard<std::mutex> lock(job_.mutex_);
      if (!job_.dead_[rank_] && !job_.dead_[to]) job_.boxes_[to].push_back({rank_, text});
    }
    std::optional<Message> receive() override {
      const std::lock_guard<std::mutex> lock(job_.mutex_);
      std::deque<Message>& box = job_.boxes_[rank_];
      if (job_.dead_[rank_] || box.empty()) return {};
      Message message = box.front();
      box.pop_front();
      return message;
    }

   private:
    FakeJob& job_;
    std::size_t rank_;
  };

  std::mutex mutex_;
  std::vector<std::deque<Message>> boxes_;
  std::vector<bool> dead_;
};

}  // namespace splitbench
