#include "pipeline/known_answers.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "base/error.h"

namespace splitbench {
namespace {

Tensor tensor_of(const std::vector<float>& values) {
  Tensor tensor = Tensor::allocate({DType::kF32, {1, static_cast<std::int64_t>(values.size())}});
  std::copy(values.begin(), values.end(), tensor.mutable_as<float>());
  return tensor;
}

// Answers with how often it has been asked.
class Tail {
 public:
  std::vector<int> operator()(const Boundary&) { return {++asked}; }
  int asked = 0;
};

class KnownAnswersTest : public testing::Test {
 protected:
  KnownAnswersTest() { known.resize(2); }
  int ask(std::size_t batch, const Boundary& input) {
    return known.get(batch, input, [this](const Boundary& b) { return tail(b); }).front();
  }

  KnownAnswers known;
  Tail tail;
};

TEST_F(KnownAnswersTest, TheSameBytesAreAskedOnce) {
  EXPECT_EQ(ask(0, {tensor_of({1, 2})}), 1);
  EXPECT_EQ(ask(0, {tensor_of({1, 2})}), 1);
  EXPECT_EQ(ask(0, {tensor_of({2, 1})}), 2);
  EXPECT_EQ(ask(0, {tensor_of({1, 2})}), 1);
}

TEST_F(KnownAnswersTest, ZerosOfEitherSignAreOtherBytes) {
  EXPECT_EQ(ask(0, {tensor_of({0.0F})}), 1);
  EXPECT_EQ(ask(0, {tensor_of({-0.0F})}), 2);
}

TEST_F(KnownAnswersTest, OtherImagesAreNeverMixedUp) {
  EXPECT_EQ(ask(0, {tensor_of({1, 2})}), 1);
  EXPECT_EQ(ask(1, {tensor_of({1, 2})}), 2);
}

TEST_F(KnownAnswersTest, EveryTensorOfABoundaryCountsAndSoDoesTheirOrder) {
  EXPECT_EQ(ask(0, {tensor_of({1}), tensor_of({2})}), 1);
  EXPECT_EQ(ask(0, {tensor_of({2}), tensor_of({1})}), 2);
  EXPECT_EQ(ask(0, {tensor_of({1}), tensor_of({3})}), 3);
  EXPECT_EQ(ask(0, {tensor_of({1})}), 4);
}

TEST_F(KnownAnswersTest, AFailureIsNoAnswer) {
  const auto broken = [](const Boundary&) -> std::vector<int> { throw runtime_failure("no"); };
  EXPECT_THROW(known.get(0, {tensor_of({1})}, broken), Error);
  EXPECT_EQ(ask(0, {tensor_of({1})}), 1);
}

TEST_F(KnownAnswersTest, WhoAsksTheSameMeanwhileWaitsForTheAnswer) {
  std::promise<void> asked, answer;
  const auto slow = [&](const Boundary&) -> std::vector<int> {
    asked.set_value();
    answer.get_future().wait();
    return {7};
  };
  std::thread first([&] { EXPECT_EQ(known.get(0, {tensor_of({1})}, slow).front(), 7); });
  asked.get_future().wait();
  std::thread second([&] { EXPECT_EQ(ask(0, {tensor_of({1})}), 7); });
  EXPECT_EQ(ask(1, {tensor_of({1})}), 1) << "others do not wait";
  answer.set_value();
  first.join();
  second.join();
  EXPECT_EQ(tail.asked, 1);
}

}  // namespace
}  // namespace splitbench
