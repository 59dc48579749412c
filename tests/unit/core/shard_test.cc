#include "core/shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/error_message.h"

namespace splitbench {
namespace {

TEST(ParseShard, TakesOneOfSome) {
  EXPECT_EQ(parse_shard("2/4"), (Shard{2, 4}));
  EXPECT_EQ(parse_shard("1/1"), Shard{});
  EXPECT_EQ(shard_text(parse_shard("12/100")), "12/100");
}

TEST(ParseShard, RefusesWhatIsNone) {
  for (const char* text : {"", "2", "0/4", "5/4", "-1/4", "2/4/8", "1/0", "a/b", "1/100001", "/"}) {
    const std::string message = bad_input_message([&] { parse_shard(text); });
    EXPECT_NE(message.find(std::string("shard '") + text + "'"), std::string::npos) << message;
  }
}

std::vector<std::size_t> sizes(std::size_t cells, std::size_t count) {
  std::vector<std::size_t> sizes(count, 0);
  for (const std::size_t shard : deal_cells(cells, count)) ++sizes.at(shard - 1);
  return sizes;
}

TEST(DealCells, GivesEveryShardItsShareButForOne) {
  for (const std::size_t cells : {0, 1, 7, 60, 442}) {
    for (const std::size_t count : {1, 2, 3, 8, 100}) {
      const std::vector<std::size_t> shares = sizes(cells, count);
      const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
      EXPECT_LE(*most - *least, 1u) << cells << " among " << count;
      EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), std::size_t{0}), cells);
    }
  }
}

TEST(DealCells, IsTheSameEverywhereAndEveryTime) {
  EXPECT_EQ(deal_cells(442, 7), deal_cells(442, 7));
}

// 10 codecs at each of 40 splits, 5 shards: dealt in order, a shard would get two codecs only.
TEST(DealCells, MixesCodecsAndSplits) {
  const std::vector<std::size_t> shards = deal_cells(400, 5);
  std::vector<std::size_t> of_first_codec(5, 0);
  for (std::size_t cell = 0; cell < 400; cell += 10) ++of_first_codec[shards[cell] - 1];
  EXPECT_GT(*std::min_element(of_first_codec.begin(), of_first_codec.end()), 0u);
}

}  // namespace
}  // namespace splitbench
