// Rank 0 and the others: pipeline/team_leader.h, pipeline/team_member.h.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "pipeline/team_leader.h"
#include "pipeline/team_member.h"
#include "support/error_message.h"
#include "support/fake_job.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

constexpr std::size_t kTasks = 20;

// A leader and members, each of which answers a task with its text twice.
class TeamTest : public testing::Test {
 protected:
  void start_members() {
    for (std::size_t rank = 1; rank < kRanks; ++rank) {
      members_.emplace_back([this, rank] {
        const std::unique_ptr<Messenger> messenger = job_.messenger(rank);
        const TeamDuties duties{[this, rank](const std::string& body) { prepared(rank, body); },
                                [this, rank](const std::string& task) { return work(rank, task); },
                                member_stop_};
        try {
          serve_team(*messenger, duties, patience_);
        } catch (const Killed&) {
        } catch (const Error& error) {
          const std::lock_guard<std::mutex> lock(mutex_);
          errors_.push_back(error.what());
        }
      });
    }
  }
  void TearDown() override { join(); }
  void join() {
    for (std::thread& member : members_) member.join();
    members_.clear();
  }

  void prepared(std::size_t rank, const std::string& body) {
    const std::lock_guard<std::mutex> lock(mutex_);
    prepared_.emplace(rank, body);
  }
  std::size_t prepared() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return prepared_.size();
  }
  std::string work(std::size_t rank, const std::string& task) {
    if (rank == victim_) {
      job_.kill(rank);
      dead_ = true;
      throw Killed();
    }
    return take_time(task);
  }
  // Where somebody is to die, the others leave it a task.
  std::string take_time(const std::string& task) {
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    } while (victim_ != 0 && !dead_);
    return task + task;
  }

  TeamLeader::Round round() {
    TeamLeader::Round round;
    for (std::size_t t = 0; t < kTasks; ++t) round.tasks.push_back({std::to_string(t), t / 4});
    round.work = [this](std::size_t task) {
      own_.insert(task);
      return take_time(std::to_string(task));
    };
    round.take = [this](std::size_t task, const std::string& result) {
      EXPECT_EQ(result, std::to_string(task) + std::to_string(task));
      EXPECT_TRUE(taken_.insert(task).second) << task << " twice";
    };
    return round;
  }

  static constexpr std::size_t kRanks = 3;
  FakeJob job_{kRanks};
  TeamPatience patience_ = quick_patience();
  RecordingSink sink_;
  std::size_t victim_ = 0;  // 0 for none
  std::atomic<bool> dead_{false};
  std::function<bool()> member_stop_;
  std::set<std::size_t> own_, taken_;
  std::map<std::size_t, std::string> prepared_;
  std::vector<std::string> errors_;
  std::mutex mutex_;
  std::vector<std::thread> members_;
};

TEST_F(TeamTest, EveryTaskIsTakenOnceAndAllTakePart) {
  start_members();
  {
    const std::unique_ptr<Messenger> messenger = job_.messenger(0);
    TeamLeader leader(*messenger, sink_, patience_);
    EXPECT_EQ(leader.size(), kRanks);
    leader.prepare("the sweep");
    while (prepared() < kRanks - 1) std::this_thread::yield();
    for (int rounds = 0; rounds < 3; ++rounds) {
      taken_.clear();
      own_.clear();
      EXPECT_TRUE(leader.run(round()));
      EXPECT_EQ(taken_.size(), kTasks);
      EXPECT_LT(own_.size(), kTasks) << "the others have had some";
    }
  }
  join();
  EXPECT_EQ(prepared_, (std::map<std::size_t, std::string>{{1, "the sweep"}, {2, "the sweep"}}));
  EXPECT_TRUE(errors_.empty());
}

TEST_F(TeamTest, TheTaskOfALostMemberIsDoneByAnother) {
  victim_ = 1;
  start_members();
  const std::unique_ptr<Messenger> messenger = job_.messenger(0);
  TeamLeader leader(*messenger, sink_, patience_);
  leader.prepare("");
  EXPECT_TRUE(leader.run(round()));
  EXPECT_EQ(taken_.size(), kTasks);
  EXPECT_TRUE(dead_);
  ASSERT_FALSE(sink_.warnings.empty());
  EXPECT_NE(sink_.warnings[0].find("rank 1 is silent"), std::string::npos);
}

TEST_F(TeamTest, AStopEndsTheRoundAndTakesWhatIsInWork) {
  start_members();
  const std::unique_ptr<Messenger> messenger = job_.messenger(0);
  TeamLeader leader(*messenger, sink_, patience_);
  leader.prepare("");
  TeamLeader::Round tasks = round();
  tasks.stop_requested = [this] { return taken_.size() >= 2; };  // asked while none is taken
  EXPECT_FALSE(leader.run(tasks));
  EXPECT_GE(taken_.size(), 2u);
  EXPECT_LT(taken_.size(), kTasks);
}

TEST_F(TeamTest, WhatTakingThrowsEndsTheRound) {
  start_members();
  const std::unique_ptr<Messenger> messenger = job_.messenger(0);
  TeamLeader leader(*messenger, sink_, patience_);
  leader.prepare("");
  TeamLeader::Round tasks = round();
  tasks.take = [](std::size_t, const std::string&) { throw runtime_failure("the disk is full"); };
  EXPECT_EQ(error_message(ErrorCode::kRuntime, [&] { leader.run(tasks); }), "the disk is full");
}

TEST_F(TeamTest, AMemberThatIsAskedToStopLeavesInGoodOrder) {
  std::atomic<bool> stop{false};
  member_stop_ = [&stop] { return stop.load(); };
  start_members();
  const std::unique_ptr<Messenger> messenger = job_.messenger(0);
  patience_.with_member_s = 1000;  // nobody waits for them to be lost
  TeamLeader leader(*messenger, sink_, patience_);
  leader.prepare("");
  TeamLeader::Round tasks = round();
  const auto work = tasks.work;
  tasks.work = [&](std::size_t task) {
    stop = true;
    return work(task);
  };
  EXPECT_TRUE(leader.run(tasks));
  EXPECT_EQ(taken_.size(), kTasks);
  join();
  EXPECT_TRUE(errors_.empty());
  EXPECT_TRUE(sink_.warnings.empty());
}

TEST_F(TeamTest, MembersWithoutALeaderSayHowToGoOn) {
  patience_.with_leader_s = 0.05;
  start_members();
  join();
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_NE(errors_[0].find("rank 0 does not answer"), std::string::npos);
  EXPECT_NE(errors_[0].find("--resume"), std::string::npos);
}

TEST(TeamMessages, ComeBackAsTheyWere) {
  const TeamMessage sent{TeamWord::kResult, 3, 17, "two\nlines\n"};
  const TeamMessage got = parse_team_message(team_text(sent));
  EXPECT_EQ(got.word, sent.word);
  EXPECT_EQ(got.round, 3u);
  EXPECT_EQ(got.task, 17u);
  EXPECT_EQ(got.body, sent.body);
  for (const char* text : {"", "r", "r1 2", "x1 2\n", "r1\n", "r1 2 3\n", "ra b\n"}) {
    error_message(ErrorCode::kRuntime, [&] { parse_team_message(text); });
  }
}

}  // namespace
}  // namespace splitbench
