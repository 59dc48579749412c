// Measures one cell: a codec at a split over all images of a sweep.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "codec/registry.h"
#include "core/backend.h"
#include "core/cell.h"
#include "core/manifest.h"
#include "pipeline/boundary_store.h"

namespace splitbench {

// The sweep's inputs as every cell sees them.
struct EvaluationSet {
  std::vector<std::optional<Tensor>> images;  // uint8, where the dataset has pictures
  std::vector<std::optional<int>> labels;
  std::vector<int> baseline;             // the uncompressed model's answers
  std::optional<Preprocess> preprocess;  // that turns decoded pictures into inputs
  Tensor first_output;                   // of the uncompressed model on the first image

  std::size_t size() const { return baseline.size(); }
  bool labelled() const;
};

// The index of the largest element of each item of a batch; kNoAnswer for an item with a NaN.
constexpr int kNoAnswer = -1;
std::vector<int> answers_of(const Tensor& output);

// What a codec did to one image.
struct CodedImage {
  Boundary decoded;
  std::size_t payload_bytes = 0;
  double encode_s = 0;  // CPU seconds of the coding thread: codecs are single-threaded, so this is
  double decode_s = 0;  // their latency without what other work on the core took from them
  bool identical = false;  // decoded bit for bit
};

// Serves all codecs of one split. Images are worked through in batches, several batches at a time:
// each of `threads` threads codes the images of its batch and then runs the tail on them with a
// single-threaded network. The result does not depend on the number of threads.
class CellEvaluator {
 public:
  struct Settings {
    std::size_t batch = 16;
    int threads = 1;
  };
  // `position` is the split's place in `store`; all references must outlive the evaluator.
  CellEvaluator(Model& model, std::size_t split, const BoundaryStore& store, std::size_t position,
                const EvaluationSet& inputs, Settings settings);

  // Fills everything of the cell but its key. Never throws for what the codec does wrong: the cell
  // then has the status failed or unsupported and a reason.
  Cell evaluate(const ConfiguredCodec& codec);
  // The cell of device-only: nothing is sent and nothing lost.
  Cell evaluate_device_only() const;

 private:
  struct Outcome {  // all by image
    std::vector<int> answers;
    std::vector<double> payloads, encode_s, decode_s;
  };

  bool codes_picture(const ConfiguredCodec& codec) const;
  CodedImage code_image(const ConfiguredCodec& codec, bool picture, std::size_t image) const;
  Outcome run(const ConfiguredCodec& codec, bool picture);
  std::vector<int> run_batch(const ConfiguredCodec& codec, bool picture, std::size_t first,
                             Outcome& outcome);
  std::vector<int> tail_answers(const std::vector<Boundary>& boundaries, bool pictures);
  std::string check_cut();
  const std::vector<int>& uncompressed_answers(std::size_t first, std::size_t count);
  void summarise_accuracy(const std::vector<int>& answers, Cell& cell) const;

  Model& model_;
  const SplitPoint& split_;
  const BoundaryStore& store_;
  std::size_t position_;
  const EvaluationSet& inputs_;
  Settings settings_;
  std::unique_ptr<Segment> tail_;
  std::string unsound_;  // why the cut is none: tail(head(x)) is not the model; empty when it is
  // By batch: the tail's answers on the boundaries as they are. Every lossless codec shares them.
  std::vector<std::optional<std::vector<int>>> uncompressed_;
};

}  // namespace splitbench
