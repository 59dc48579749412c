// The images of a training: what is drawn, what is kept, and the thread that prepares them.
#include "pipeline/training_images.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "pipeline/batch_feed.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

// Pictures whose pixels are 10 * row + column, plus 100 times their number.
class Pictures : public Dataset {
 public:
  std::string spec() const override { return "pictures"; }
  std::size_t size() const override { return 2; }
  bool labelled() const override { return true; }
  Sample load(std::size_t index) const override {
    Tensor image = Tensor::allocate({DType::kU8, {1, 1, 14, 14}});
    for (int i = 0; i < 196; ++i) {
      image.mutable_as<std::uint8_t>()[i] =
          static_cast<std::uint8_t>(static_cast<int>(index) * 100 + i / 14 * 7 + i % 14);
    }
    Sample sample;
    sample.name = std::to_string(index);
    sample.image = image;
    sample.label = label;
    return sample;
  }
  int label = 1;
};

InputRules rules() {
  Preprocess gray;
  gray.gray = true;
  return {gray, {DType::kF32, {1, 1, 14, 14}}, 3};
}

int pixel(const Tensor& batch, int row, int column) {
  return static_cast<int>(batch.as<float>()[row * 14 + column] * 255 + 0.5F);
}

TEST(TrainingImages, AreDrawnBySeedAndPositionAlone) {
  const Pictures pictures;
  const TrainingImages images(pictures, {0, 1}, rules());
  const Augmentation both = parse_augmentation("flip-shift");
  const TrainingBatch one = images.batch({1}, both, 5), two = images.batch({0, 1}, both, 5);
  const float* alone = one.inputs.as<float>();
  EXPECT_TRUE(std::equal(alone, alone + 196, two.inputs.as<float>() + 196));
  EXPECT_EQ(two.labels, (std::vector<int>{1, 1}));
}

TEST(TrainingImages, AreShiftedAndMirrored) {
  const Pictures pictures;
  const TrainingImages images(pictures, {0, 1}, rules());
  std::set<int> centres;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    centres.insert(pixel(images.batch({0}, parse_augmentation("flip-shift"), seed).inputs, 6, 6));
  }
  // A shift of up to one pixel each way, or the same on the mirrored picture.
  std::set<int> expected;
  for (int row = 5; row <= 7; ++row) {
    for (int column = 5; column <= 8; ++column) expected.insert(row * 7 + column);
  }
  EXPECT_EQ(centres, expected);
  const Tensor plain = images.batch({0}, parse_augmentation("none"), 3).inputs;
  EXPECT_EQ(pixel(plain, 6, 6), 48);
  EXPECT_NE(bad_input_message([] { parse_augmentation("flop"); }).find("flip"), std::string::npos);
}

TEST(TrainingImages, AreTheSameWhetherTheyAreKeptOrReadAgain) {
  const Pictures pictures;
  const TrainingImages again(pictures, {0, 1}, rules());
  TrainingImages kept(pictures, {0, 1}, rules());
  NullSink sink;
  kept.load(2, 1 << 20, "for a test", sink);
  const Augmentation both = parse_augmentation("flip-shift");
  EXPECT_TRUE(
      bit_identical(kept.batch({1, 0}, both, 9).inputs, again.batch({1, 0}, both, 9).inputs));
}

TEST(TrainingImages, RefuseLabelsThatTheNetworkDoesNotHave) {
  Pictures pictures;
  pictures.label = 3;
  TrainingImages images(pictures, {0}, rules());
  NullSink sink;
  EXPECT_NE(bad_input_message([&] { images.load(1, 1 << 20, "", sink); }).find("3 classes"),
            std::string::npos);
}

TEST(BatchFeed, KeepsTheOrderAndPassesFailuresOn) {
  BatchFeed feed(3, 40, [](std::size_t i) {
    if (i == 30) throw bad_input("batch 30 is damaged");
    TrainingBatch batch;
    batch.labels = {static_cast<int>(i)};
    return batch;
  });
  for (int i = 3; i < 30; ++i) EXPECT_EQ(feed.next().labels.at(0), i);
  EXPECT_EQ(bad_input_message([&] { feed.next(); }), "batch 30 is damaged");
}

TEST(BatchFeed, StopsWhenNobodyWantsMore) {
  BatchFeed feed(0, 1000000, [](std::size_t) { return TrainingBatch{}; });
  feed.next();
}

}  // namespace
}  // namespace splitbench
