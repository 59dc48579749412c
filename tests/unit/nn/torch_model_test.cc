// What the LibTorch back-end says about networks whose answer is known.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "support/error_message.h"
#include "support/model_fixtures.h"

namespace splitbench {
namespace {

class TorchModel : public ::testing::Test {
 protected:
  void SetUp() override { SPLITBENCH_SKIP_WITHOUT_TORCH(); }
};

std::vector<std::string> inner_ids(const Model& model) {
  std::vector<std::string> ids;
  for (const SplitPoint& split : model.info().splits) {
    if (split.kind == SplitKind::kInner) ids.push_back(split.id);
  }
  return ids;
}

std::vector<std::string> marked(const Model& model, bool SplitPoint::*mark) {
  std::vector<std::string> ids;
  for (const SplitPoint& split : model.info().splits) {
    if (split.*mark) ids.push_back(split.id);
  }
  return ids;
}

std::map<std::string, std::string> refusals(const Model& model) {
  std::map<std::string, std::string> reasons;
  for (const RefusedCut& cut : model.info().refused) reasons[cut.after] = cut.reason;
  return reasons;
}

std::string load_error(const ModelOptions& options) {
  return bad_input_message([&] { torch_backend().load(options); });
}

const LayerInfo& layer(const Model& model, const std::string& id) {
  for (const LayerInfo& layer : model.info().layers) {
    if (layer.id == id) return layer;
  }
  throw std::out_of_range("no layer " + id);
}

TEST_F(TorchModel, CountsParametersAndMultiplyAccumulates) {
  const auto model = load_fixture("tiny_chain.traced.pt");
  // Convolution: outputs x kernel; 8 x 32 x 32 outputs of 3 x 3 x 3, then 12 x 16 x 16 of 8 x 3
  // x 3.
  constexpr std::uint64_t kConv1 = 8 * 32 * 32 * (3 * 3 * 3);
  constexpr std::uint64_t kConv2 = 12 * 16 * 16 * (8 * 3 * 3);
  constexpr std::uint64_t kLinear = 48 * 10;
  EXPECT_EQ(layer(*model, "features.0").macs, kConv1);
  EXPECT_EQ(layer(*model, "features.1").macs, 0u);  // batch norm: none, by the field's custom
  EXPECT_EQ(layer(*model, "features.4").macs, kConv2);
  EXPECT_EQ(layer(*model, "classifier.2").macs, kLinear);
  EXPECT_EQ(model->info().macs, kConv1 + kConv2 + kLinear);

  constexpr std::uint64_t kConv1Weights = 8 * 27 + 8, kNorm = 8 + 8;
  constexpr std::uint64_t kConv2Weights = 12 * 72 + 12, kLinearWeights = 48 * 10 + 10;
  EXPECT_EQ(model->info().parameters, kConv1Weights + kNorm + kConv2Weights + kLinearWeights);
  EXPECT_EQ(layer(*model, "features.0").parameter_bytes, 4 * kConv1Weights);
  EXPECT_EQ(layer(*model, "features.1").parameter_bytes, 4 * (kNorm + 16));  // and mean, variance
  EXPECT_EQ(layer(*model, "features.0").output_shape, (Shape{1, 8, 32, 32}));
  EXPECT_EQ(layer(*model, "features.0").output_bytes, 4u * 8 * 32 * 32);
}

TEST_F(TorchModel, AFrozenFileCountsTheSameMultiplyAccumulates) {
  // Freezing folds the batch norms, which have none.
  EXPECT_EQ(load_fixture("tiny_frozen.traced.pt")->info().macs,
            load_fixture("tiny_residual.traced.pt")->info().macs);
  EXPECT_EQ(load_fixture("tiny_frozen.scripted.pt")->info().macs,
            load_fixture("tiny_residual.scripted.pt")->info().macs);
}

TEST_F(TorchModel, OffersEveryValueOfAChain) {
  const auto model = load_fixture("tiny_chain.scripted.pt");
  EXPECT_EQ(inner_ids(*model),
            (std::vector<std::string>{"features.0", "features.1", "features.2", "features.3",
                                      "features.4", "features.5", "avgpool", "classifier.0",
                                      "classifier.1"}));
  EXPECT_TRUE(model->info().refused.empty());
  // Fewer elements than the input's 3072 and than every earlier one: 2048, then 48.
  EXPECT_EQ(marked(*model, &SplitPoint::block_end),
            (std::vector<std::string>{"features.3", "features.5", "avgpool"}));
  EXPECT_EQ(marked(*model, &SplitPoint::natural_bottleneck),
            (std::vector<std::string>{"features.3", "avgpool"}));
}

TEST_F(TorchModel, CutsAResidualNetworkBetweenItsBlocks) {
  for (const char* file : {"tiny_residual.traced.pt", "tiny_residual.scripted.pt"}) {
    SCOPED_TRACE(file);
    const auto model = load_fixture(file);
    EXPECT_EQ(marked(*model, &SplitPoint::block_end),
              (std::vector<std::string>{"maxpool", "layer1.0.relu", "layer1.1.relu",
                                        "layer2.0.relu", "flatten"}));
    EXPECT_EQ(marked(*model, &SplitPoint::natural_bottleneck),
              (std::vector<std::string>{"maxpool", "layer2.0.relu", "flatten"}));
    const std::vector<SplitPoint>& splits = model->info().splits;
    EXPECT_EQ(splits[split_index(*model, "layer1.0.relu")].aliases,
              (std::vector<std::string>{"layer1.0"}));
    EXPECT_EQ(splits[split_index(*model, "layer1.1.relu")].aliases,
              (std::vector<std::string>{"layer1.1", "layer1"}));
    // Inside a block the shortcut crosses as well.
    EXPECT_EQ(refusals(*model).at("layer1.0.conv1"),
              "2 tensors cross here; --cut-width 2 offers it");
    EXPECT_EQ(refusals(*model).count("layer1.0.relu"), 0u);
  }
}

TEST_F(TorchModel, AWideCutCarriesTheShortcutToo) {
  const auto model = load_fixture("tiny_residual.traced.pt", 2);
  const SplitPoint& split = model->info().splits[split_index(*model, "layer2.0.conv1")];
  EXPECT_EQ(split.boundary,
            (BoundarySpec{{DType::kF32, {1, 8, 8, 8}}, {DType::kF32, {1, 12, 4, 4}}}));
  EXPECT_TRUE(model->info().refused.empty());
}

TEST_F(TorchModel, RefusedCutsOfADenseNetworkSayHowManyTensorsCross) {
  const auto model = load_fixture("tiny_dense.scripted.pt");
  const auto reasons = refusals(*model);
  EXPECT_EQ(reasons.size(), 28u);  // 2 blocks of 2 layers of 7 operations
  EXPECT_EQ(reasons.at("features.1.denselayer1.conv1"),
            "2 tensors cross here; --cut-width 2 offers it");
  EXPECT_EQ(reasons.at("features.1.denselayer2.conv1"),
            "3 tensors cross here; --cut-width 3 offers it");
  EXPECT_EQ(load_fixture("tiny_dense.scripted.pt", 3)->info().refused.size(), 0u);
}

TEST_F(TorchModel, TwoViewsOfOneStorageDoNotCrossWhenTheTailChangesIt) {
  const auto model = load_fixture("tiny_alias.scripted.pt", 4);
  EXPECT_EQ(refusals(*model),
            (std::map<std::string, std::string>{
                {"view", "two views of one storage cross here and the tail changes it in place"}}));
  EXPECT_EQ(inner_ids(*load_fixture("tiny_alias.scripted.pt")),
            (std::vector<std::string>{"conv1", "add"}));
}

TEST_F(TorchModel, AModuleCalledSeveralTimesHasNumberedIds) {
  const auto ids = inner_ids(*load_fixture("tiny_shared_relu.traced.pt"));
  EXPECT_EQ(ids, (std::vector<std::string>{"conv1", "relu", "conv2", "relu@2", "conv3", "relu@3",
                                           "mean"}));
}

TEST_F(TorchModel, ControlFlowIsOneStep) {
  const auto model = load_fixture("tiny_if.scripted.pt");
  EXPECT_EQ(inner_ids(*model), (std::vector<std::string>{"If", "Loop", "mean"}));
  EXPECT_FALSE(model->info().refused.empty());
}

TEST_F(TorchModel, TracedAndScriptedFilesOfOneModuleAgreeInTheirBlocks) {
  const std::vector<std::string> files = fixture_files();
  const std::set<std::string> known(files.begin(), files.end());
  int pairs = 0;
  for (const std::string& traced : files) {
    const std::size_t way = traced.find(".traced.pt");
    if (way == std::string::npos) continue;
    const std::string scripted = traced.substr(0, way) + ".scripted.pt";
    if (known.count(scripted) == 0) continue;
    SCOPED_TRACE(traced);
    const auto a = load_fixture(traced);
    const auto b = load_fixture(scripted);
    EXPECT_EQ(marked(*a, &SplitPoint::block_end), marked(*b, &SplitPoint::block_end));
    EXPECT_EQ(marked(*a, &SplitPoint::natural_bottleneck),
              marked(*b, &SplitPoint::natural_bottleneck));
    // A frozen file has lost its module names, and what is left, the operations', differs between
    // the two: a trace records `_convolution`, a script `conv2d`.
    const bool frozen = traced.rfind("tiny_frozen", 0) == 0;
    EXPECT_TRUE(frozen || inner_ids(*a) == inner_ids(*b));
    EXPECT_EQ(inner_ids(*a).size(), inner_ids(*b).size());
    ++pairs;
  }
  EXPECT_GE(pairs, 10);
}

TEST_F(TorchModel, ABatchOfOneWrittenIntoTheNetworkIsNoticed) {
  EXPECT_FALSE(load_fixture("tiny_batch1.traced.pt")->info().any_batch);
  EXPECT_TRUE(load_fixture("tiny_chain.traced.pt")->info().any_batch);
}

TEST_F(TorchModel, RunsAtTheInputSizeAskedFor) {
  ModelOptions options = fixture_options("tiny_residual.scripted.pt");
  options.input_shape = Shape{1, 3, 48, 64};
  const auto model = torch_backend().load(options);
  EXPECT_EQ(model->info().input, (TensorSpec{DType::kF32, {1, 3, 48, 64}}));
  EXPECT_EQ(model->info().splits[split_index(*model, "layer1.0.relu")].boundary,
            (BoundarySpec{{DType::kF32, {1, 8, 12, 16}}}));
  EXPECT_EQ(inner_ids(*model), inner_ids(*load_fixture("tiny_residual.scripted.pt")));
}

TEST_F(TorchModel, CapturesSomeSplitsInOrder) {
  const auto model = load_fixture("tiny_chain.traced.pt");
  const Tensor input = random_tensor(model->info().input, 3);
  const std::size_t early = split_index(*model, "features.2");
  const std::size_t late = split_index(*model, "avgpool");
  const auto captured = model->capture(input, {early, late});
  ASSERT_EQ(captured.size(), 3u);
  EXPECT_TRUE(identical(captured[0], model->head(early)->run({input})));
  EXPECT_TRUE(identical(captured[1], model->head(late)->run({input})));
  EXPECT_NE(error_message(ErrorCode::kRuntime, [&] { model->capture(input, {late, early}); }), "");
}

// How many runs on several threads at once gave something else than one alone, by thread.
std::vector<std::size_t> wrong_runs_on_threads(Model& model) {
  const std::vector<std::size_t> splits = all_splits(model);
  const std::size_t cut = split_index(model, "layer1.0.relu");
  const auto head = model.head(cut);
  const auto tail = model.tail(cut);
  constexpr std::size_t kThreads = 4, kRounds = 20;
  std::vector<Tensor> inputs;
  std::vector<Boundary> expected;
  for (std::size_t i = 0; i < kThreads; ++i) {
    inputs.push_back(random_tensor(model.info().input, i));
    expected.push_back(tail->run(head->run({inputs[i]})));
  }
  std::vector<std::size_t> wrong(kThreads, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      model.use_threads(1);
      for (std::size_t round = 0; round < kRounds; ++round) {
        const auto captured = model.capture(inputs[i], splits);
        const bool same = identical(tail->run(head->run({inputs[i]})), expected[i]) &&
                          identical(tail->run(captured[cut]), expected[i]);
        wrong[i] += same ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return wrong;
}

TEST_F(TorchModel, SegmentsAndCaptureServeSeveralThreads) {
  const auto model = load_fixture("tiny_residual.scripted.pt");
  EXPECT_EQ(wrong_runs_on_threads(*model), std::vector<std::size_t>(4, 0));
}

TEST_F(TorchModel, MemoryThatIsKeptChangesNothing) {
  const auto model = load_fixture("tiny_residual.scripted.pt");
  const std::size_t cut = split_index(*model, "layer1.0.relu");
  const Tensor input = random_tensor(model->info().input, 5);
  const Boundary before = model->tail(cut)->run(model->head(cut)->run({input}));
  model->keep_memory();
  EXPECT_EQ(wrong_runs_on_threads(*model), std::vector<std::size_t>(4, 0));
  EXPECT_TRUE(identical(model->tail(cut)->run(model->head(cut)->run({input})), before));
}

TEST_F(TorchModel, HeadOfServerOnlyAndTailOfDeviceOnlyDoNothing) {
  const auto model = load_fixture("tiny_chain.traced.pt");
  const Tensor input = random_tensor(model->info().input, 3);
  const Tensor output = model->reference(input);
  EXPECT_TRUE(bit_identical(model->head(0)->run({input}).at(0), input));
  const auto tail = model->tail(model->info().splits.size() - 1);
  EXPECT_TRUE(bit_identical(tail->run({output}).at(0), output));
  EXPECT_EQ(tail->time_s({output}, 3), 0);
}

// log softmax(scores)[0] of a batch of 1.
double first_log_probability(const Tensor& scores) {
  const float* s = scores.as<float>();
  double sum = 0;
  for (std::size_t i = 0; i < scores.elements(); ++i) sum += std::exp(double{s[i]} - s[0]);
  return -std::log(sum);
}

// The derivative of log p(class 0) along `direction`, by a central difference.
double slope(Segment& tail, const Tensor& at, const Tensor& direction) {
  constexpr float kStep = 1e-2F;
  const auto value = [&](float distance) {
    Tensor moved = at.clone();
    for (std::size_t i = 0; i < at.elements(); ++i) {
      moved.mutable_as<float>()[i] += distance * direction.as<float>()[i];
    }
    return first_log_probability(tail.run({moved}).at(0));
  };
  return (value(kStep) - value(-kStep)) / (2 * kStep);
}

TEST_F(TorchModel, GradientsAreTheSlopesOfLogProbabilities) {
  for (const char* file : {"tiny_residual.scripted.pt", "tiny_chain.traced.pt"}) {
    const auto model = load_fixture(file);
    const Tensor input = random_tensor(model->info().input, 3);
    for (std::size_t split = 0; split < model->info().splits.size(); ++split) {
      const auto tail = model->tail(split);
      const Tensor boundary = model->head(split)->run({input}).at(0);
      const Tensor before = boundary.clone();
      const Boundary gradient = tail->score_gradient({boundary}, {0});
      ASSERT_EQ(gradient.at(0).spec(), boundary.spec());
      EXPECT_TRUE(bit_identical(boundary, before)) << "the input was written to";
      double along = 0;  // the gradient's own direction: the slope is its squared length
      for (std::size_t i = 0; i < boundary.elements(); ++i) {
        along += std::pow(gradient[0].as<float>()[i], 2);
      }
      const double found = slope(*tail, boundary, gradient[0]);
      EXPECT_NEAR(found, along, 0.05 * along + 1e-4)
          << file << " at " << model->info().splits[split].id;
    }
  }
}

TEST_F(TorchModel, TimesSegmentsAndLayers) {
  const auto model = load_fixture("tiny_residual.traced.pt");
  const Tensor input = random_tensor(model->info().input, 3);
  EXPECT_GT(model->whole()->time_s({input}, 2), 0);
  const std::vector<double> layers = model->time_layers(input);
  ASSERT_EQ(layers.size(), model->info().layers.size());
  for (const double seconds : layers) EXPECT_GE(seconds, 0);
}

TEST_F(TorchModel, ChoosesAmongOutputsByNumberAndName) {
  struct Choice {
    const char* file;
    const char* output;
    std::int64_t scores;
  };
  for (const Choice& choice :
       {Choice{"tiny_outputs.traced.pt", "0", 10}, Choice{"tiny_outputs.traced.pt", "1", 5},
        Choice{"tiny_outputs.scripted.pt", "1", 5}, Choice{"tiny_dict.traced.pt", "out", 10},
        Choice{"tiny_dict.scripted.pt", "aux", 5}, Choice{"tiny_dict.scripted.pt", "1", 5},
        Choice{"tiny_namedtuple.scripted.pt", "logits", 10},
        Choice{"tiny_namedtuple.scripted.pt", "0", 10}}) {
    SCOPED_TRACE(std::string(choice.file) + " " + choice.output);
    ModelOptions options = fixture_options(choice.file);
    options.output = choice.output;
    const auto model = torch_backend().load(options);
    EXPECT_EQ(model->info().output.shape, (Shape{1, choice.scores}));
    const Tensor input = random_tensor(with_batch(model->info().input, 2), 5);
    EXPECT_LE(relative_difference(model->reference(input), model->whole()->run({input}).at(0)),
              1e-5);
  }
}

TEST_F(TorchModel, AnUnknownOutputIsRefusedWithTheNearest) {
  const auto refused = [](const std::string& file, const std::string& output) {
    ModelOptions options = fixture_options(file);
    options.output = output;
    return load_error(options);
  };
  EXPECT_EQ(refused("tiny_dict.traced.pt", "uot"),
            "--model-output 'uot': the network has no such output (did you mean 'out'?)");
  EXPECT_NE(refused("tiny_outputs.traced.pt", "7").find("'7': the network has no such output"),
            std::string::npos);
  EXPECT_NE(refused("tiny_chain.traced.pt", "1").find("'1': the network has no such output"),
            std::string::npos);
  EXPECT_NE(refused("tiny_namedtuple.scripted.pt", "aux_logits").find("not a tensor"),
            std::string::npos);
}

TEST_F(TorchModel, TwoInputsAreRefusedByName) {
  for (const char* file : {"tiny_two_inputs.traced.pt", "tiny_two_inputs.scripted.pt"}) {
    EXPECT_NE(load_error(fixture_options(file)).find("forward takes 2 tensors (x, y)"),
              std::string::npos);
  }
}

TEST_F(TorchModel, FilesThatAreNoModelsAreRefusedInOneLine) {
  for (const char* file : {"text_file.pt", "truncated.pt", "there_is_none.pt"}) {
    const std::string message = load_error(fixture_options(file));
    EXPECT_EQ(message.find(fixture_path(file) + ": not a TorchScript file"), 0u) << message;
    EXPECT_LT(message.size(), 400u) << message;
  }
}

TEST_F(TorchModel, InputShapesThatAreMissingOrWrongAreRefused) {
  ModelOptions options = fixture_options("tiny_chain.traced.pt");
  options.input_shape.reset();
  EXPECT_NE(load_error(options).find("give --input-shape, e.g."), std::string::npos);
  options.input_shape = Shape{1, 4, 32, 32};
  EXPECT_NE(load_error(options).find("does not accept an input of shape 1x4x32x32: "),
            std::string::npos);
  options.input_shape = Shape{1, 3072};
  EXPECT_NE(load_error(options).find("does not accept an input of shape 1x3072: "),
            std::string::npos);
}

TEST_F(TorchModel, UnknownDevicesAreRefused) {
  ModelOptions options = fixture_options("tiny_chain.traced.pt");
  options.device = "abacus";
  EXPECT_EQ(load_error(options), "--device 'abacus' is not a device; write cpu or cuda:0");
}

TEST_F(TorchModel, AnInputOfAnotherShapeThanDeclaredIsAnError) {
  const auto model = load_fixture("tiny_chain.traced.pt");
  const Tensor wrong = random_tensor({DType::kF32, {1, 4, 32, 32}}, 1);
  EXPECT_NE(error_message(ErrorCode::kRuntime, [&] { model->whole()->run({wrong}); }), "");
  EXPECT_NE(error_message(ErrorCode::kRuntime, [&] { model->reference(wrong); }), "");
}

TEST_F(TorchModel, TheBackEndNamesItsLibraries) {
  const auto versions = torch_backend().library_versions();
  ASSERT_FALSE(versions.empty());
  EXPECT_EQ(versions[0].first, "libtorch");
  // Where LibTorch leaves the multiplication of matrices to another library.
  for (std::size_t i = 1; i < versions.size(); ++i) EXPECT_EQ(versions[i].first, "blas");
  for (const auto& [name, version] : versions) EXPECT_FALSE(version.empty()) << name;
}

}  // namespace
}  // namespace splitbench
