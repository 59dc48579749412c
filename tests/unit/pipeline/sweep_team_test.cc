// Sweeps that several ranks work on, here threads, give the cells of a single process.
#include "pipeline/sweep_team.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>

#include "io/cells_file.h"
#include "io/race_file.h"
#include "pipeline/team_leader.h"
#include "pipeline/team_member.h"
#include "support/error_message.h"
#include "support/fake_job.h"
#include "support/fake_model.h"
#include "support/fake_sweep.h"

namespace splitbench {
namespace {

constexpr std::size_t kRanks = 3;
constexpr std::size_t kRaceImages = 200;

// In the order of their names: ranks finish cells in any order.
std::string sorted_cells(std::vector<Cell> cells) {
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.key.split, a.key.codec) < std::tie(b.key.split, b.key.codec);
  });
  return without_times(cells);
}

// Where somebody is to die, the others wait for it in the middle of a cell: so it gets its tasks.
class Gate {
 public:
  void close(std::thread::id victim) {
    const std::lock_guard<std::mutex> lock(mutex_);
    victim_ = victim;
    open_ = false;
  }
  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return open_ || std::this_thread::get_id() == victim_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::thread::id victim_;
};

class GatedCodec : public FakeCodec {
 public:
  explicit GatedCodec(Gate& gate) : gate_(gate) {}
  Bytes encode(const Tensor& tensor) const override {
    gate_.pass();
    return FakeCodec::encode(tensor);
  }

 private:
  Gate& gate_;
};

class SweepTeamTest : public testing::Test {
 protected:
  // Runs rank 0 here and the others on threads, the victim first.
  template <typename Body>
  void with_members(Body body) {
    job_ = std::make_unique<FakeJob>(kRanks);
    errors_.clear();
    std::vector<std::thread> members;
    for (std::size_t rank = kRanks - 1; rank > 0; --rank) {
      members.emplace_back([this, rank, settings = sweep_.settings] { be_member(rank, settings); });
    }
    if (victim_ != 0) gate_.close(members[kRanks - 1 - victim_].get_id());
    try {
      const std::unique_ptr<Messenger> messenger = job_->messenger(0);
      TeamLeader leader(*messenger, sweep_.sink, patience_);
      sweep_.settings.team = &leader;
      body();
    } catch (...) {
      ADD_FAILURE() << "rank 0 ended otherwise than it should";
    }
    sweep_.settings.team = nullptr;
    for (std::thread& member : members) member.join();
  }

  void be_member(std::size_t rank, const SweepSettings& settings) {
    Sweep own(sweep_.dataset.size());
    own.settings = settings;
    own.settings.stop_requested = nullptr;
    if (rank == stranger_) own.settings.seed = 7;
    own.dataset.name = "fake-set";
    RunRecorder recorder({}, own.sink);
    ModelSession session = fake_session(own.behaviour, own.use);
    const std::unique_ptr<Messenger> messenger = job_->messenger(rank);
    std::optional<SweepMember> member;
    std::size_t tasks = 0;
    const TeamDuties duties{[&](const std::string& preparation) {
                              member.emplace(session, own.dataset, own.settings, recorder,
                                             preparation);
                            },
                            [&](const std::string& task) {
                              const std::string result = member->work(task);
                              if (rank == victim_ && ++tasks == dies_at_) {
                                job_->kill(rank);
                                gate_.open();
                                throw Killed();
                              }
                              return result;
                            },
                            {}};
    try {
      serve_team(*messenger, duties, patience_);
    } catch (const Killed&) {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++deaths_;
    } catch (const Error& error) {
      const std::lock_guard<std::mutex> lock(mutex_);
      errors_.push_back(error.what());
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    tail_images_ += own.use->tail_images();
  }

  void race() {
    sweep_.settings.race = RaceChoice{RaceScope::kSplit, 0.2, std::nullopt};
    sweep_.settings.split = "scale,fold,-server-only";
    sweep_.settings.codecs = make_codecs({"raw", "quant:bits=4,8"});
    const auto wrong = std::make_shared<GatedCodec>(gate_);
    wrong->negates = true;
    sweep_.settings.codecs.push_back(configured("wrong", wrong));
    const auto vectors = std::make_shared<FakeCodec>();
    vectors->most_dimensions = 0;
    sweep_.settings.codecs.push_back(configured("vectors", vectors));
  }

  void plain() {
    sweep_.settings.codecs = {configured("first", std::make_shared<GatedCodec>(gate_)),
                              configured("second", std::make_shared<GatedCodec>(gate_))};
  }

  // What one process makes of it.
  std::string expected() {
    Sweep alone(sweep_.dataset.size());
    const std::string folder = alone.settings.folder;
    alone.settings = sweep_.settings;
    alone.settings.folder = folder;
    return sorted_cells(alone.run().cells);
  }

  std::string kept() const { return sorted_cells(read_cells(sweep_.settings.folder, nullptr)); }

  Gate gate_;
  Sweep sweep_{kRaceImages};
  TeamPatience patience_ = quick_patience();
  std::unique_ptr<FakeJob> job_;
  std::size_t victim_ = 0, dies_at_ = 0, stranger_ = 0;
  std::mutex mutex_;  // of what follows
  std::vector<std::string> errors_;
  std::size_t tail_images_ = 0;  // of all members
  std::size_t deaths_ = 0;
};

TEST_F(SweepTeamTest, GivesTheCellsOfOneProcess) {
  const std::string wanted = expected();
  with_members([&] { EXPECT_EQ(sorted_cells(sweep_.run().cells), wanted); });
  EXPECT_EQ(kept(), wanted);
  EXPECT_EQ(sweep_.line_count(), 7u) << "each cell once";
  EXPECT_TRUE(errors_.empty());
}

TEST_F(SweepTeamTest, ARaceStopsTheSameCells) {
  race();
  const std::string wanted = expected();
  EXPECT_NE(wanted.find(" stopped "), std::string::npos);
  with_members([&] { EXPECT_EQ(sorted_cells(sweep_.run().cells), wanted); });
  EXPECT_EQ(kept(), wanted);
  EXPECT_GT(tail_images_, 0u) << "the others took part";
  EXPECT_FALSE(std::filesystem::exists(race_path(sweep_.settings.folder)));
  EXPECT_TRUE(errors_.empty());
}

TEST_F(SweepTeamTest, AMemberThatDiesCostsWhatItHadInWork) {
  for (const bool racing : {false, true}) {
    racing ? race() : plain();
    victim_ = 0;
    const std::string wanted = expected();
    for (const std::size_t moment : {1, 2}) {
      victim_ = 2;
      dies_at_ = moment;
      with_members([&] {
        EXPECT_EQ(sorted_cells(sweep_.run(ExistingSweep::kFresh).cells), wanted) << moment;
      });
      EXPECT_EQ(kept(), wanted);
      EXPECT_TRUE(errors_.empty());
    }
  }
  EXPECT_EQ(deaths_, 4u);
}

TEST_F(SweepTeamTest, ADeadLeaderLosesNoCellThatIsKept) {
  for (const bool racing : {false, true}) {
    if (racing) race();
    const std::string wanted = expected();
    patience_.with_member_s = patience_.with_leader_s = 0.2;
    const std::string file = racing ? "sweep/race.jsonl" : "sweep/cells.jsonl";
    const auto lines = [&] {
      const std::string text = sweep_.folder.read(file);
      return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    };
    sweep_.settings.stop_requested = [&] {
      if (!std::filesystem::exists(sweep_.settings.folder + file.substr(5)) || lines() < 2) {
        return false;
      }
      job_->kill(0);
      throw Killed();
    };
    with_members([&] { EXPECT_THROW(sweep_.run(ExistingSweep::kFresh), Killed); });
    sweep_.settings.stop_requested = nullptr;
    EXPECT_GE(lines(), 2u);
    EXPECT_EQ(errors_.size(), kRanks - 1);
    EXPECT_EQ(sorted_cells(sweep_.run(ExistingSweep::kResume).cells), wanted) << "by one process";
    EXPECT_EQ(kept(), wanted) << "a cell was measured twice";
  }
}

TEST_F(SweepTeamTest, ARequestToStopKeepsWhatIsInWork) {
  const std::string wanted = expected();
  with_members([&] {
    sweep_.settings.stop_requested = [this] { return sweep_.line_count() >= 2; };
    const std::string message = error_message(ErrorCode::kRuntime, [&] { sweep_.run(); });
    EXPECT_NE(message.find("--resume to go on"), std::string::npos) << message;
  });
  sweep_.settings.stop_requested = nullptr;
  EXPECT_TRUE(errors_.empty());
  with_members([&] { EXPECT_EQ(sorted_cells(sweep_.run(ExistingSweep::kResume).cells), wanted); });
}

TEST_F(SweepTeamTest, ARankWithOtherArgumentsIsFoundOut) {
  stranger_ = 1;
  sweep_.settings.limit = 100;
  // The stranger may get no cell when it is slow; then nothing is wrong.
  with_members([&] {
    try {
      sweep_.run();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("start all ranks with the same arguments"),
                std::string::npos);
    }
  });
  for (const Cell& cell : read_cells(sweep_.settings.folder, nullptr)) {
    EXPECT_EQ(cell.key.seed, sweep_.settings.seed);
  }
}

}  // namespace
}  // namespace splitbench
