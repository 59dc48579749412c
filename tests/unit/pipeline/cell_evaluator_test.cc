#include "pipeline/cell_evaluator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/input_set.h"
#include "support/error_message.h"
#include "support/fake_model.h"

namespace splitbench {
namespace {

constexpr std::size_t kServerOnly = 0, kScale = 1, kFold = 2;
constexpr std::size_t kImages = 10;  // no multiple of the batches used
// Magic, codec, version and type, checksum, rank, and four dimensions below 128.
constexpr double kHeaderOf4D = 1 + 1 + 1 + 4 + 1 + 4;

// The captured inputs of a sweep over a FakeDataset.
class Evaluation {
 public:
  explicit Evaluation(FakeBehaviour behaviour = {}, bool labelled = true)
      : model_(std::move(behaviour), use_) {
    std::vector<BoundarySpec> specs;
    for (const SplitPoint& split : model_.info().splits) specs.push_back(split.boundary);
    store_ = std::make_unique<BoundaryStore>(specs, kImages, std::size_t{1} << 20, "/");
    const FakeDataset dataset(kImages, labelled);
    for (std::size_t i = 0; i < kImages; ++i) {
      const Sample sample = dataset.load(i);
      const auto boundaries = model_.capture(*sample.tensor, {0, 1, 2, 3});
      for (std::size_t s = 0; s < specs.size(); ++s) store_->put(s, i, boundaries[s]);
      inputs_.images.push_back(sample.image);
      inputs_.labels.push_back(sample.label);
      inputs_.baseline.push_back(answers_of(boundaries.back()[0]).at(0));
    }
  }

  Cell run(std::size_t split, const ConfiguredCodec& codec,
           CellEvaluator::Settings settings = {4, 1}) {
    return CellEvaluator(model_, split, *store_, split, inputs_, settings).evaluate({codec});
  }
  CellEvaluator evaluator(std::size_t split, ImageBatches batches = {}) {
    return CellEvaluator(model_, split, *store_, split, inputs_, {4, 1}, std::move(batches));
  }

  std::size_t tail_images() const { return use_->tail_images(); }
  EvaluationSet& inputs() { return inputs_; }

 private:
  std::shared_ptr<FakeUse> use_ = std::make_shared<FakeUse>();
  FakeModel model_;
  EvaluationSet inputs_;
  std::unique_ptr<BoundaryStore> store_;
};

ConfiguredCodec codec(const std::string& spec) { return make_codec(parse_spec(spec)); }

std::shared_ptr<FakeCodec> negating() {
  const auto codec = std::make_shared<FakeCodec>();
  codec->negates = true;
  return codec;
}

TEST(CellEvaluator, RawSendsTheBoundaryAndAHeaderAndLosesNothing) {
  Evaluation evaluation;
  const Cell cell = evaluation.run(kScale, codec("raw"));
  ASSERT_EQ(cell.status, CellStatus::kOk) << cell.reason;
  constexpr double kBoundary = 4 * 16;
  EXPECT_EQ(cell.boundary_bytes, kBoundary);
  EXPECT_EQ(cell.payload_bytes.mean, kBoundary + kHeaderOf4D);
  EXPECT_EQ(cell.payload_bytes.p50, kBoundary + kHeaderOf4D);
  EXPECT_EQ(cell.payload_bytes.p95, kBoundary + kHeaderOf4D);
  EXPECT_EQ(cell.payload_bytes.max, kBoundary + kHeaderOf4D);
  EXPECT_EQ(cell.ratio, (kBoundary + kHeaderOf4D) / kBoundary);
  EXPECT_GE(cell.encode.p95, cell.encode.median);
  EXPECT_GE(cell.decode.median, 0);
  EXPECT_EQ(cell.accuracy.images, kImages);
  EXPECT_EQ(cell.accuracy.top1, 1.0);
  EXPECT_EQ(cell.accuracy.baseline_top1, 1.0);
  EXPECT_EQ(cell.accuracy.loss->loss, 0);
  EXPECT_LE(cell.accuracy.loss->ci95.low, 0);
  EXPECT_GE(cell.accuracy.loss->ci95.high, 0);
  EXPECT_EQ(cell.accuracy.mcnemar_p, 1.0);
  EXPECT_EQ(cell.accuracy.agreement, 1);
  EXPECT_EQ(cell.correct_bits, (std::vector<std::uint8_t>{0xFF, 0x03}));
}

TEST(CellEvaluator, WrongAnswersAreALoss) {
  Evaluation evaluation;
  for (const std::size_t split : {kServerOnly, kScale, kFold}) {
    const Cell cell = evaluation.run(split, configured("negate", negating()));
    ASSERT_EQ(cell.status, CellStatus::kOk) << cell.reason;
    EXPECT_EQ(cell.accuracy.top1, 0.0);
    EXPECT_EQ(cell.accuracy.baseline_top1, 1.0);
    EXPECT_EQ(cell.accuracy.loss->loss, 1);
    EXPECT_EQ(cell.accuracy.agreement, 0);
    EXPECT_EQ(cell.accuracy.mcnemar_p, 2 * std::pow(0.5, kImages));
    EXPECT_EQ(cell.correct_bits, (std::vector<std::uint8_t>{0, 0}));
  }
}

TEST(CellEvaluator, LossIsAgainstTheBaselineAndNotAgainstPerfection) {
  Evaluation evaluation;
  evaluation.inputs().labels[0] = 2;  // the model says 0: wrong before and after
  const Cell same = evaluation.run(kFold, codec("raw"));
  EXPECT_EQ(same.accuracy.top1, 0.9);
  EXPECT_EQ(same.accuracy.baseline_top1, 0.9);
  EXPECT_EQ(same.accuracy.loss->loss, 0);
  EXPECT_EQ(same.accuracy.agreement, 1);
  EXPECT_EQ(same.correct_bits, (std::vector<std::uint8_t>{0xFE, 0x03}));
}

TEST(CellEvaluator, WithoutLabelsAccuracyIsAgreement) {
  Evaluation evaluation({}, /*labelled=*/false);
  const Cell same = evaluation.run(kFold, codec("raw"));
  EXPECT_FALSE(same.accuracy.top1 || same.accuracy.baseline_top1 || same.accuracy.loss ||
               same.accuracy.mcnemar_p);
  EXPECT_EQ(same.accuracy.agreement, 1);
  EXPECT_EQ(same.correct_bits, (std::vector<std::uint8_t>{0xFF, 0x03}));
  const Cell other = evaluation.run(kFold, configured("negate", negating()));
  EXPECT_EQ(other.accuracy.agreement, 0);
  EXPECT_EQ(other.correct_bits, (std::vector<std::uint8_t>{0, 0}));
}

TEST(CellEvaluator, WhatTheCodecCannotTakeIsUnsupportedWithItsReason) {
  Evaluation evaluation;
  const auto vectors_only = std::make_shared<FakeCodec>();
  vectors_only->most_dimensions = 2;
  const Cell refused = evaluation.run(kScale, configured("vectors", vectors_only));
  EXPECT_EQ(refused.status, CellStatus::kUnsupported);
  EXPECT_EQ(refused.reason, "takes vectors only");
  EXPECT_EQ(vectors_only->encoded, 0u);
  EXPECT_EQ(evaluation.run(kFold, configured("vectors", vectors_only)).status, CellStatus::kOk);
}

TEST(CellEvaluator, ACodecThatFailsFailsItsCellOnly) {
  for (const int threads : {1, 3}) {
    Evaluation evaluation;
    CellEvaluator evaluator = evaluation.evaluator(kFold);
    const auto failing = std::make_shared<FakeCodec>();
    failing->fails_at = 6;
    const Cell failed = evaluation.run(kFold, configured("failing", failing), {4, threads});
    EXPECT_EQ(failed.status, CellStatus::kFailed);
    EXPECT_EQ(failed.reason, "met a value it cannot code");
    EXPECT_EQ(evaluator.evaluate({codec("raw")}).status, CellStatus::kOk);
  }
}

TEST(CellEvaluator, ATailThatFailsFailsTheCell) {
  FakeBehaviour behaviour;
  behaviour.tail_throws = true;
  Evaluation evaluation(behaviour);
  const Cell cell = evaluation.run(kFold, codec("raw"));
  EXPECT_EQ(cell.status, CellStatus::kFailed);
  EXPECT_EQ(cell.reason, "the tail is out of order");
}

TEST(CellEvaluator, LosslessCodecsShareOneRunOfTheTail) {
  Evaluation evaluation;
  CellEvaluator evaluator = evaluation.evaluator(kFold);
  evaluator.evaluate({codec("raw")});
  EXPECT_EQ(evaluation.tail_images(), kImages);
  const Cell again = evaluator.evaluate({codec("zstd")});
  EXPECT_EQ(again.accuracy.agreement, 1);
  EXPECT_EQ(evaluation.tail_images(), kImages);
  evaluator.evaluate({configured("negate", negating())});
  EXPECT_GT(evaluation.tail_images(), kImages);
}

TEST(CellEvaluator, CodecsThatDecodeToTheSameShareOneRunOfTheTail) {
  Evaluation evaluation;
  CellEvaluator evaluator = evaluation.evaluator(kScale);
  const Cell plain = evaluator.evaluate({configured("negate", negating())});
  const std::size_t once = evaluation.tail_images();
  EXPECT_GE(once, kImages);
  const Cell same = evaluator.evaluate({configured("negate-too", negating())});
  EXPECT_EQ(evaluation.tail_images(), once);
  EXPECT_EQ(same.correct_bits, plain.correct_bits);
  EXPECT_EQ(same.accuracy.agreement, 0);
}

TEST(CellEvaluator, ARunAdvancesBatchByBatchAndMayBeLookedAtInBetween) {
  Evaluation evaluation;
  CellEvaluator evaluator = evaluation.evaluator(kScale);  // batches of 4, 4 and 2
  ASSERT_EQ(evaluator.batches(), 3u);
  CellRun run = evaluator.start({codec("quant:bits=3")}, true);
  evaluator.advance(run, 1);
  EXPECT_EQ(run.images, 4u);
  EXPECT_FALSE(run.finished());
  const Cell some = evaluator.summarise(run);
  EXPECT_EQ(some.accuracy.images, 4u);
  EXPECT_EQ(some.correct_bits.size(), 1u);
  EXPECT_GT(some.payload_bytes.mean, 0);
  evaluator.advance(run, 5);
  EXPECT_TRUE(run.finished());
  const Cell all = evaluator.summarise(run);
  const Cell expected = evaluator.evaluate({codec("quant:bits=3")});
  EXPECT_EQ(all.correct_bits, expected.correct_bits);
  EXPECT_EQ(all.payload_bytes.mean, expected.payload_bytes.mean);
  evaluator.advance(run, 1);
  EXPECT_EQ(run.images, kImages) << "nothing is left to do";
}

TEST(CellEvaluator, ImagesMayBeTakenInAnyOrder) {
  Evaluation evaluation;
  CellEvaluator evaluator = evaluation.evaluator(kScale, {{7, 2, 9}, {0, 1, 3, 4}, {5, 6, 8}});
  CellRun run = evaluator.start({codec("quant:bits=3")}, true);
  evaluator.advance(run, 1);
  EXPECT_EQ(run.images, 3u);
  EXPECT_EQ(evaluator.summarise(run).accuracy.images, 3u);
  evaluator.advance(run, 2);
  EXPECT_TRUE(run.finished());
  const Cell expected = evaluation.run(kScale, codec("quant:bits=3"));
  EXPECT_EQ(evaluator.summarise(run).correct_bits, expected.correct_bits);
  EXPECT_EQ(evaluator.summarise(run).payload_bytes.mean, expected.payload_bytes.mean);
}

TEST(CellEvaluator, BatchesAndThreadsDoNotChangeTheCell) {
  Evaluation evaluation;
  const Cell expected = evaluation.run(kScale, codec("quant:bits=3"), {1, 1});
  for (const std::size_t batch : {3, 10, 64}) {
    for (const int threads : {1, 4}) {
      const Cell cell = evaluation.run(kScale, codec("quant:bits=3"), {batch, threads});
      EXPECT_EQ(cell.payload_bytes.mean, expected.payload_bytes.mean);
      EXPECT_EQ(cell.correct_bits, expected.correct_bits);
      EXPECT_EQ(cell.accuracy.agreement, expected.accuracy.agreement);
    }
  }
}

// Whose decoded tensors leave the first two scores of the fake model one rounding apart.
class CloseCallCodec : public FakeCodec {
 public:
  Tensor decode(ByteView /*body*/, const TensorSpec& spec) const override {
    Tensor tensor = Tensor::allocate(spec);
    const float values[] = {0, 4, std::nextafter(8.0F, 0.0F), 8};
    std::copy(std::begin(values), std::end(values), tensor.mutable_as<float>());
    return tensor;
  }
};

TEST(CellEvaluator, AnAnswerThatHangsOnRoundingIsThatOfTheImageAlone) {
  FakeBehaviour behaviour;
  behaviour.batch_rounding = 1e-5F;
  for (const std::size_t batch : {1, 4}) {
    Evaluation evaluation(behaviour);
    const Cell cell =
        evaluation.run(kFold, configured("close", std::make_shared<CloseCallCodec>()), {batch, 1});
    EXPECT_EQ(cell.accuracy.agreement, 0.4) << "class 0, that of images 0, 3, 6 and 9";
    EXPECT_EQ(evaluation.tail_images(), batch == 1 ? kImages : 2 * kImages);
  }
}

TEST(CellEvaluator, ServerOnlySendsThePictureToCodecsThatTakeOne) {
  Evaluation evaluation;
  // Pictures of 0 and 255 that normalise to inputs with the same answers as the floats.
  for (std::size_t i = 0; i < kImages; ++i) {
    Tensor picture = Tensor::allocate({DType::kU8, {1, 1, 4, 4}});
    for (std::size_t k = 0; k < 16; ++k) {
      picture.mutable_as<std::uint8_t>()[k] = k / 4 > i % 3 ? 255 : 0;
    }
    evaluation.inputs().images[i] = picture;
  }
  evaluation.inputs().preprocess = Preprocess{};
  const Cell picture = evaluation.run(kServerOnly, codec("raw:dtype=uint8"));
  ASSERT_EQ(picture.status, CellStatus::kOk) << picture.reason;
  EXPECT_EQ(picture.payload_bytes.mean, 16 + kHeaderOf4D);
  EXPECT_EQ(picture.boundary_bytes, 64u);  // of the float input, as at every other split
  EXPECT_EQ(picture.accuracy.agreement, 1);
  // What is decoded is normalised before it meets the network.
  const Cell inverted = evaluation.run(kServerOnly, configured("negate", negating()));
  EXPECT_EQ(inverted.payload_bytes.mean, 16 + kHeaderOf4D);
  EXPECT_EQ(inverted.accuracy.agreement, 0);
  // A codec of floats gets the float input.
  EXPECT_EQ(evaluation.run(kServerOnly, codec("raw")).payload_bytes.mean, 64 + kHeaderOf4D);
  // Inside the network there is no picture.
  EXPECT_EQ(evaluation.run(kScale, codec("raw:dtype=uint8")).status, CellStatus::kUnsupported);
}

TEST(CellEvaluator, DeviceOnlySendsNothing) {
  Evaluation evaluation;
  const Cell cell = evaluation.evaluator(kScale).evaluate_device_only();
  EXPECT_EQ(cell.status, CellStatus::kOk);
  EXPECT_EQ(cell.payload_bytes.max, 0);
  EXPECT_EQ(cell.encode.p95, 0);
  EXPECT_EQ(cell.ratio, 0);
  EXPECT_EQ(cell.accuracy.agreement, 1);
  EXPECT_EQ(cell.accuracy.loss->loss, 0);
}

TEST(AnswersOf, IsTheFirstOfTheLargestOfEachItem) {
  Tensor scores = Tensor::allocate({DType::kF32, {2, 3}});
  const float values[] = {1, 5, 5, -3, -2, -9};
  std::copy(std::begin(values), std::end(values), scores.mutable_as<float>());
  EXPECT_EQ(answers_of(scores), (std::vector<int>{1, 1}));
  EXPECT_EQ(bad_input_message([] {
              answers_of(Tensor::allocate({DType::kI64, {1, 3}}));
            }),
            "the model's output is int64; accuracy needs float32 scores");
}

}  // namespace
}  // namespace splitbench
