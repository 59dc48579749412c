// The first pass of a sweep: every wanted boundary of every image, and the network's own answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/dataset.h"
#include "core/manifest.h"
#include "core/tensor.h"
#include "pipeline/boundary_store.h"
#include "pipeline/input_set.h"
#include "pipeline/model_session.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

// The images as every later step sees them, and what the uncompressed model made of them.
struct EvaluationSet {
  // uint8, where the dataset has pictures; kept when server-only is among the splits.
  std::vector<std::optional<Tensor>> images;
  std::vector<std::optional<int>> labels;
  std::vector<int> baseline;             // the uncompressed model's answers
  std::optional<Preprocess> preprocess;  // that turns decoded pictures into inputs
  Tensor first_output;                   // of the uncompressed model on the first image
  // The probabilities (softmax of the scores) it gave every class, where they were asked for.
  std::vector<std::vector<float>> beliefs;

  std::size_t size() const { return baseline.size(); }
  bool labelled() const;
};

// The index of the largest element of each item of a batch; kNoAnswer for an item with a NaN.
constexpr int kNoAnswer = -1;
std::vector<int> answers_of(const Tensor& output);

struct CaptureSettings {
  std::string stage = "capture";  // names it in the progress
  std::string folder;             // for the spill file
  int threads = 1;
  std::size_t batch = 16;  // images a thread reads before the network runs
  std::size_t memory_bytes = std::size_t{1}
                             << 30;  // the process keeps to it: the rest goes to disk
  bool keep_beliefs = false;
  // Called between batches; what it throws ends the capture.
  std::function<void()> checkpoint = [] {};
  // Inputs that must not be taken, by input_digest(): images that are evaluated elsewhere.
  std::set<std::uint64_t> excluded;
};

struct CapturedImages {
  EvaluationSet inputs;
  std::unique_ptr<BoundaryStore> store;
  std::vector<std::size_t> splits;    // those in the store, ascending
  std::set<std::uint64_t> digests;    // input_digest() of every image taken
  std::vector<SkippedInput> skipped;  // damaged or missing
  std::size_t excluded = 0;           // left out because they are evaluated elsewhere

  // The split's place in `store`.
  std::size_t position(std::size_t split) const;
};

// Tells inputs apart by their values, whatever their names.
std::uint64_t input_digest(const Tensor& input);

// Runs the network over the samples `indices` of `dataset`. Images that cannot be read are left
// out, with a warning each; throws Error{kBadInput} when none is left.
CapturedImages capture_images(ModelSession& session, const Dataset& dataset,
                              const std::vector<std::size_t>& indices,
                              const std::vector<std::size_t>& splits,
                              const CaptureSettings& settings, RunRecorder& recorder);

}  // namespace splitbench
