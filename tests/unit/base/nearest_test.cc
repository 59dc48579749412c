#include "base/nearest.h"

#include <gtest/gtest.h>

namespace splitbench {
namespace {

TEST(NearestName, FindsTypingMistakes) {
  const std::vector<std::string> names = {"jpeg", "quant", "raw", "zstd"};
  EXPECT_EQ(nearest_name("jpge", names), "jpeg");     // swapped letters
  EXPECT_EQ(nearest_name("quantt", names), "quant");  // one too many
  EXPECT_EQ(nearest_name("zst", names), "zstd");      // one missing
  EXPECT_EQ(nearest_name("ras", names), "raw");       // one wrong
}

TEST(NearestName, PrefersTheSmallestDistance) {
  EXPECT_EQ(nearest_name("layer2", {"layer12", "layer2x", "layer3"}), "layer12");
  EXPECT_EQ(nearest_name("layer2.0", {"layer2.1", "layer2.0"}), "layer2.0");
}

TEST(NearestName, AContainedNameIsTheSecondChance) {
  EXPECT_EQ(nearest_name("mnist", {"cifar10", "fashion-mnist"}), "fashion-mnist");
}

TEST(NearestName, NothingCloseIsEmpty) {
  EXPECT_EQ(nearest_name("webp", {"quant", "zstd"}), "");
  EXPECT_EQ(nearest_name("", {"quant"}), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(Suggestion, IsTheTailOfAnError) {
  EXPECT_EQ(suggestion("jpge", {"jpeg", "raw"}), " (did you mean 'jpeg'?)");
  EXPECT_EQ(suggestion("webp", {"quant", "zstd"}), ", known: quant, zstd");
  EXPECT_EQ(suggestion("webp", {}), "");
}

TEST(Suggestion, LongListsAreCut) {
  const std::string text = suggestion("?????????", std::vector<std::string>(50, "name"));
  EXPECT_EQ(text.substr(text.size() - 5), ", ...");
  EXPECT_LT(text.size(), 120u);
}

}  // namespace
}  // namespace splitbench
