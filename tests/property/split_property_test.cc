// What must hold at every cut of every network, whatever its trait: tail(head(x)) == model(x), and
// nothing that a head, tail or capture returns is changed by anyone afterwards.
#include <gtest/gtest.h>

#include <set>

#include "support/model_fixtures.h"

namespace splitbench {
namespace {

constexpr double kTolerance = 1e-5;
constexpr std::size_t kWide = 4;

class Splits : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { SPLITBENCH_SKIP_WITHOUT_TORCH(); }
};

Boundary cloned(const Boundary& boundary) {
  Boundary copy;
  for (const Tensor& tensor : boundary) copy.push_back(tensor.clone());
  return copy;
}

// Everything but what runs: two loads of one file must agree in it.
std::string description(const Model& model) {
  std::string text;
  for (const SplitPoint& split : model.info().splits) {
    text +=
        split.id + (split.block_end ? " block" : "") + (split.natural_bottleneck ? " natural" : "");
    for (const std::string& alias : split.aliases) text += " =" + alias;
    for (const TensorSpec& tensor : split.boundary) text += " " + shape_text(tensor.shape);
    text += "\n";
  }
  for (const RefusedCut& cut : model.info().refused) text += cut.after + ": " + cut.reason + "\n";
  for (const LayerInfo& layer : model.info().layers) text += layer.id + " " + layer.op + "\n";
  return text;
}

void expect_unique_names(const Model& model) {
  std::set<std::string> splits, layers;
  for (const SplitPoint& split : model.info().splits) {
    EXPECT_FALSE(split.id.empty());
    EXPECT_TRUE(splits.insert(split.id).second) << "twice: " << split.id;
    for (const std::string& alias : split.aliases) {
      EXPECT_TRUE(splits.insert(alias).second) << "twice: " << alias;
    }
  }
  for (const LayerInfo& layer : model.info().layers) {
    EXPECT_TRUE(layers.insert(layer.id).second) << "twice: " << layer.id;
  }
}

void expect_ends_in_place(const Model& model) {
  const std::vector<SplitPoint>& splits = model.info().splits;
  ASSERT_GE(splits.size(), 3u);
  EXPECT_EQ(splits.front().kind, SplitKind::kServerOnly);
  EXPECT_EQ(splits.back().kind, SplitKind::kDeviceOnly);
  EXPECT_EQ(splits.front().boundary, BoundarySpec{model.info().input});
  EXPECT_EQ(splits.back().boundary, BoundarySpec{model.info().output});
  for (std::size_t i = 1; i + 1 < splits.size(); ++i) {
    EXPECT_EQ(splits[i].kind, SplitKind::kInner) << splits[i].id;
  }
}

void expect_cut_is_sound(Model& model, std::size_t split, const Tensor& input,
                         const Tensor& reference, const Boundary& captured) {
  SCOPED_TRACE("split " + model.info().splits[split].id);
  const auto head = model.head(split);
  const auto tail = model.tail(split);
  const Boundary boundary = head->run({input});
  if (input.shape()[0] == 1) {
    EXPECT_EQ(spec_of(boundary), model.info().splits[split].boundary);
  }
  EXPECT_TRUE(identical(boundary, captured));

  const Boundary before = cloned(boundary);
  const Boundary answer = tail->run(boundary);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_LE(relative_difference(reference, answer[0]), kTolerance);
  EXPECT_TRUE(identical(boundary, before)) << "the tail changed its input";
  EXPECT_TRUE(identical(tail->run(boundary), answer)) << "the second run differs";
}

void expect_cuts_are_sound(Model& model, std::int64_t batch) {
  SCOPED_TRACE("batch " + std::to_string(batch));
  const Tensor input = random_tensor(with_batch(model.info().input, batch), 7);
  const Tensor before = input.clone();
  const Tensor reference = model.reference(input);
  EXPECT_LE(relative_difference(reference, model.whole()->run({input}).at(0)), kTolerance);

  const std::vector<std::size_t> splits = all_splits(model);
  const std::vector<Boundary> captured = model.capture(input, splits);
  ASSERT_EQ(captured.size(), splits.size() + 1);
  EXPECT_LE(relative_difference(reference, captured.back().at(0)), kTolerance);
  std::vector<Boundary> snapshots;
  for (const Boundary& boundary : captured) snapshots.push_back(cloned(boundary));
  for (const std::size_t split : splits) {
    expect_cut_is_sound(model, split, input, reference, captured[split]);
  }
  model.capture(random_tensor(input.spec(), 8), splits);
  for (std::size_t i = 0; i < captured.size(); ++i) {
    EXPECT_TRUE(identical(captured[i], snapshots[i])) << "captured boundary " << i << " changed";
  }
  EXPECT_TRUE(bit_identical(input, before)) << "somebody changed the input";
}

TEST_P(Splits, AreSoundAtEveryWidthAndBatch) {
  for (const std::size_t width : {std::size_t{1}, kWide}) {
    SCOPED_TRACE("cut width " + std::to_string(width));
    const auto model = load_fixture(GetParam(), width);
    expect_ends_in_place(*model);
    expect_unique_names(*model);
    for (const SplitPoint& split : model->info().splits) {
      EXPECT_GE(split.boundary.size(), 1u);
      EXPECT_LE(split.boundary.size(), width) << split.id;
    }
    expect_cuts_are_sound(*model, 1);
    if (model->info().any_batch) expect_cuts_are_sound(*model, 3);
  }
}

TEST_P(Splits, AreTheSameWheneverTheFileIsLoaded) {
  const std::string once = description(*load_fixture(GetParam(), kWide));
  EXPECT_EQ(description(*load_fixture(GetParam(), kWide)), once);
  ModelOptions options = fixture_options(GetParam());
  options.max_boundary_tensors = kWide;
  options.threads = 2;
  EXPECT_EQ(description(*torch_backend().load(options)), once) << "with two threads";
}

TEST_P(Splits, AWiderLimitOnlyAddsCutsAndEveryPlaceIsOfferedOrRefused) {
  const auto narrow = load_fixture(GetParam(), 1);
  const auto wide = load_fixture(GetParam(), kWide);
  std::set<std::string> wide_ids;
  for (const SplitPoint& split : wide->info().splits) wide_ids.insert(split.id);
  for (const SplitPoint& split : narrow->info().splits) {
    EXPECT_EQ(wide_ids.count(split.id), 1u) << split.id;
  }
  for (const auto* model : {narrow.get(), wide.get()}) {
    const ModelInfo& info = model->info();
    // A place after each layer, but the last, whose output is device-only's.
    const std::size_t places = info.splits.size() - 2 + info.refused.size();
    EXPECT_LE(places, info.layers.size() - 1);
    for (const RefusedCut& cut : info.refused) EXPECT_FALSE(cut.reason.empty()) << cut.after;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Splits, ::testing::ValuesIn(fixture_files()), fixture_test_name);

}  // namespace
}  // namespace splitbench
