#include "core/work_board.h"

#include <gtest/gtest.h>

#include <set>

namespace splitbench {
namespace {

using Groups = std::vector<std::size_t>;

TEST(WorkBoard, AWorkerStaysWithItsGroupThenTakesOneThatIsNobodys) {
  WorkBoard board;
  const Groups groups = {0, 0, 1, 1, 2, 2};
  board.put_up(groups);
  std::vector<std::size_t> visited[2];
  for (int turn = 0; turn < 2; ++turn) {
    for (const std::size_t worker : {0, 1}) {
      visited[worker].push_back(groups[board.take(worker).value()]);
    }
    for (const std::size_t worker : {0, 1}) EXPECT_TRUE(board.at_work(worker));
  }
  EXPECT_NE(visited[0][0], visited[1][0]);
  for (const auto& own : visited) EXPECT_EQ(own[0], own[1]);
}

TEST(WorkBoard, EveryTaskIsDoneOnce) {
  WorkBoard board;
  board.put_up({0, 0, 1, 2, 2, 2, 3});
  std::set<std::size_t> done;
  for (std::size_t turn = 0; !board.finished(); ++turn) {
    const std::size_t task = board.take(turn % 3).value();
    EXPECT_TRUE(board.finish(task));
    EXPECT_TRUE(done.insert(task).second);
    EXPECT_FALSE(board.at_work(turn % 3));
  }
  EXPECT_EQ(done.size(), 7u);
  EXPECT_FALSE(board.take(0));
}

TEST(WorkBoard, OthersHelpWhereTheMostIsOpen) {
  WorkBoard board;
  const Groups groups = {0, 0, 1, 1, 1, 1, 1};
  board.put_up(groups);
  EXPECT_EQ(groups[*board.take(0)], 1u) << "the larger of the two first";
  EXPECT_EQ(groups[*board.take(1)], 0u);
  EXPECT_EQ(groups[*board.take(2)], 1u);
}

TEST(WorkBoard, AWorkerComesBackToItsGroupInTheNextRound) {
  WorkBoard board;
  const Groups groups = {0, 0, 1, 1};
  board.put_up(groups);
  const std::size_t homes[] = {groups[*board.take(0)], groups[*board.take(1)]};
  board.put_up(groups);
  EXPECT_FALSE(board.at_work(0));
  EXPECT_EQ(groups[*board.take(1)], homes[1]);
  EXPECT_EQ(groups[*board.take(0)], homes[0]);
}

TEST(WorkBoard, WhatALostWorkerHadIsOpenAgain) {
  WorkBoard board;
  board.put_up({0});
  ASSERT_EQ(board.take(1), 0u);
  EXPECT_FALSE(board.take(2));
  board.give_back(1);
  EXPECT_FALSE(board.at_work(1));
  EXPECT_EQ(board.take(2), 0u);
  EXPECT_TRUE(board.finish(0)) << "by the first, which was not lost";
  EXPECT_FALSE(board.finish(0)) << "by the second";
  EXPECT_TRUE(board.finished());
}

TEST(WorkBoard, NothingToDoIsDone) {
  WorkBoard board;
  EXPECT_TRUE(board.finished());
  board.put_up({});
  EXPECT_TRUE(board.finished());
  EXPECT_FALSE(board.take(0));
}

}  // namespace
}  // namespace splitbench
