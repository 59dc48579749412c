// Measures one cell: a codec at a split over all images of a sweep.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "codec/stream.h"
#include "core/backend.h"
#include "core/cell.h"
#include "pipeline/boundary_store.h"
#include "pipeline/capture_images.h"

namespace splitbench {

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

  struct Outcome {             // all by image
    std::vector<int> answers;  // empty without the tail
    std::vector<double> payloads, encode_s, decode_s;
  };

  // Fills everything of the cell but its key. Never throws for what the codec does wrong: the cell
  // then has the status failed or unsupported and a reason.
  Cell evaluate(const BoundaryCodec& codec);
  // The cell of device-only: nothing is sent and nothing lost.
  Cell evaluate_device_only() const;

  // Why the codec takes neither the boundary nor the picture; empty when it does.
  std::string unsupported(const BoundaryCodec& codec) const;
  // Codes every image, and runs the tail on what was decoded unless told not to. Requires
  // unsupported(codec).empty(); throws what codec and tail throw.
  Outcome run(const BoundaryCodec& codec, bool with_tail);

 private:
  bool codes_picture(const BoundaryCodec& codec) const;
  CodedImage code_image(const BoundaryCodec& codec, bool picture, std::size_t image) const;
  std::vector<int> run_batch(const BoundaryCodec& codec, bool with_tail, std::size_t first,
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
