#include "measure/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "support/error_message.h"

namespace splitbench {
namespace {

// Items that take scripted times and write down the order in which they were called.
class Script {
 public:
  // `seconds(call)` for the call-th call of the item, from 0.
  void add(std::function<double(int call)> seconds) {
    const int item = static_cast<int>(items_.size());
    auto calls = std::make_shared<int>(0);
    items_.push_back({[this, item, calls, seconds = std::move(seconds)] {
      log_.push_back(item);
      return seconds((*calls)++);
    }});
  }
  void add_constant(double seconds) {
    add([seconds](int) { return seconds; });
  }

  std::vector<MeasuredItem> measure(const MeasureSettings& settings) {
    log_.clear();
    return measure_interleaved(items_, settings);
  }
  const std::vector<TimedItem>& items() const { return items_; }

  // The calls after warming up, cut into rounds.
  std::vector<std::vector<int>> rounds(const std::vector<MeasuredItem>& results) const {
    std::size_t start = 0;
    for (const MeasuredItem& item : results) start += static_cast<std::size_t>(item.warm_up_runs);
    std::vector<std::vector<int>> rounds;
    for (std::size_t i = start; i < log_.size(); i += items_.size()) {
      rounds.emplace_back(
          log_.begin() + static_cast<std::ptrdiff_t>(i),
          log_.begin() + static_cast<std::ptrdiff_t>(std::min(i + items_.size(), log_.size())));
    }
    return rounds;
  }

 private:
  std::vector<TimedItem> items_;
  std::vector<int> log_;
};

MeasureSettings settings_of(int min_repetitions, int max_repetitions, double min_time_s) {
  MeasureSettings settings;
  settings.min_repetitions = min_repetitions;
  settings.max_repetitions = max_repetitions;
  settings.min_time_s = min_time_s;
  settings.seed = 1;
  return settings;
}

TEST(Sampler, EveryRoundRunsEveryItemOnceInChangingOrder) {
  Script script;
  for (int i = 0; i < 5; ++i) script.add_constant(0.001 * (i + 1));
  const auto results = script.measure(settings_of(40, 1000, 0));
  const auto rounds = script.rounds(results);
  ASSERT_EQ(rounds.size(), 40u);
  for (std::vector<int> round : rounds) {
    std::sort(round.begin(), round.end());
    EXPECT_EQ(round, (std::vector<int>{0, 1, 2, 3, 4}));
  }
  const std::set<std::vector<int>> orders(rounds.begin(), rounds.end());
  EXPECT_GT(orders.size(), 20u);
}

TEST(Sampler, TheSeedFixesTheOrder) {
  const auto order_for = [](std::uint64_t seed) {
    Script script;
    for (int i = 0; i < 5; ++i) script.add_constant(0.001);
    MeasureSettings settings = settings_of(20, 1000, 0);
    settings.seed = seed;
    return script.rounds(script.measure(settings));
  };
  EXPECT_EQ(order_for(3), order_for(3));
  EXPECT_NE(order_for(3), order_for(4));
}

TEST(Sampler, SamplesBelongToTheirItemInOrderOfMeasurement) {
  Script script;
  script.add([](int call) { return 1 + 0.001 * call; });
  script.add([](int call) { return 5 + 0.001 * call; });
  const auto results = script.measure(settings_of(7, 1000, 0));
  for (const MeasuredItem& item : results) {
    ASSERT_EQ(item.samples_s.size(), 7u);
    EXPECT_TRUE(std::is_sorted(item.samples_s.begin(), item.samples_s.end()));
  }
  EXPECT_LT(results[0].samples_s.back(), 2);
  EXPECT_GT(results[1].samples_s.front(), 4);
}

TEST(Sampler, RunsUntilTheSlowestItemHasItsTime) {
  Script script;
  script.add_constant(0.0625);
  script.add_constant(0.25);
  const auto results = script.measure(settings_of(2, 1000, 2));
  EXPECT_EQ(results[0].samples_s.size(), 8u);
  EXPECT_EQ(results[1].samples_s.size(), 8u);
}

TEST(Sampler, StopsAtTheMaximumOfRepetitions) {
  Script script;
  script.add_constant(1e-6);
  EXPECT_EQ(script.measure(settings_of(5, 30, 1))[0].samples_s.size(), 30u);
}

TEST(Sampler, ItemsThatTakeNoTimeNeedNoMinimum) {
  Script script;
  script.add_constant(0);
  script.add_constant(0.5);
  const auto results = script.measure(settings_of(5, 1000, 1));
  EXPECT_EQ(results[0].samples_s.size(), 5u);
  EXPECT_TRUE(results[0].warm_up_stable);
}

TEST(Sampler, WarmsUpUntilTimesSettleAndKeepsThoseOutOfTheSamples) {
  Script script;
  // Eight slow first runs; stable is when two windows of five have medians 5 % apart at most.
  script.add([](int call) { return call < 8 ? 0.1 : 0.01; });
  const auto results = script.measure(settings_of(20, 1000, 0));
  EXPECT_TRUE(results[0].warm_up_stable);
  // Runs 6 to 10 of the last ten still hold two slow ones, whose median is a fast one.
  EXPECT_GE(results[0].warm_up_runs, 10);
  EXPECT_LE(results[0].warm_up_runs, 18);
  for (const double sample : results[0].samples_s) EXPECT_EQ(sample, 0.01);
}

TEST(Sampler, AWarmUpThatNeverSettlesIsCappedAndReported) {
  Script script;
  script.add([](int call) { return 0.01 * (call + 1); });  // ever slower
  script.add_constant(0.01);
  MeasureSettings settings = settings_of(5, 1000, 0);
  settings.warm_up_max_s = 0.5;
  const auto results = script.measure(settings);
  EXPECT_FALSE(results[0].warm_up_stable);
  EXPECT_EQ(results[0].warm_up_runs, 10);  // 0.01 + 0.02 + ... + 0.1 = 0.55
  EXPECT_TRUE(results[1].warm_up_stable);
  EXPECT_EQ(results[0].samples_s.size(), 5u);
}

TEST(Sampler, ReportsProgressToItsEnd) {
  Script script;
  script.add_constant(0.1);
  std::vector<std::size_t> done;
  std::size_t last_expected = 0;
  measure_interleaved(script.items(), settings_of(4, 100, 1), [&](std::size_t d, std::size_t e) {
    done.push_back(d);
    EXPECT_LE(d, e);
    last_expected = e;
  });
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.front(), 1u);
  EXPECT_EQ(done.back(), last_expected);
}

TEST(Sampler, NothingToMeasureAndImpossibleSettings) {
  EXPECT_TRUE(measure_interleaved({}, {}).empty());
  Script script;
  script.add_constant(1);
  EXPECT_EQ(bad_input_message([&] { script.measure(settings_of(0, 10, 0)); }),
            "repetitions must be at least 1, and no more than the maximum of 10");
  EXPECT_NE(bad_input_message([&] { script.measure(settings_of(11, 10, 0)); }), "");
}

TEST(Sampler, ItemsMayThrow) {
  const std::vector<TimedItem> items = {
      {[]() -> double { throw runtime_failure("out of memory"); }}};
  EXPECT_EQ(error_message(ErrorCode::kRuntime, [&] { measure_interleaved(items, {}); }),
            "out of memory");
}

}  // namespace
}  // namespace splitbench
