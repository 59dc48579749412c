// Measures one cell: a codec at a split over all images of a sweep, batch of images by batch.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "codec/stream.h"
#include "core/backend.h"
#include "core/cell.h"
#include "pipeline/boundary_store.h"
#include "pipeline/capture_images.h"
#include "pipeline/image_batches.h"
#include "pipeline/known_answers.h"

namespace splitbench {

// What a codec did to one image.
struct CodedImage {
  Boundary decoded;
  std::size_t payload_bytes = 0;
  double encode_s = 0;  // CPU seconds of the coding thread: codecs are single-threaded, so this is
  double decode_s = 0;  // their latency without what other work on the core took from them
};

// A cell under way: what the codec did to the images so far, by image.
struct CellRun {
  // Over none of `all_images` yet.
  CellRun(BoundaryCodec its_codec, std::size_t all_images, bool runs_tail);

  BoundaryCodec codec;
  bool with_tail = true;
  std::vector<int> answers;  // empty without the tail
  std::vector<double> payloads, encode_s, decode_s;
  std::size_t batches = 0;  // so far
  std::size_t images = 0;   // so far, those of the batches

  bool finished() const { return images == payloads.size(); }
};

// Serves all codecs of one split. Each of `threads` threads codes the images of a batch and then
// runs the tail on them with a single-threaded network. The result depends neither on the number of
// threads nor on what was evaluated before, nor on which images make a batch: it is that of a
// network that sees one image at a time.
class CellEvaluator {
 public:
  struct Settings {
    std::size_t batch = 16;
    int threads = 1;
    // The splits in `store`, by position, where the encoder of a bottleneck takes the boundary of
    // another split. Must outlive the evaluator.
    const std::vector<std::size_t>* stored = nullptr;
  };
  // `position` is the split's place in `store`; all references must outlive the evaluator. Images
  // are `taken_in` batches, none larger than tail_batch() says, or in order when there are none.
  CellEvaluator(Model& model, std::size_t split, const BoundaryStore& store, std::size_t position,
                const EvaluationSet& inputs, Settings settings, ImageBatches taken_in = {});

  // How many images the tail of a split may take at once: `wanted`, or 1 where it takes no more.
  static std::size_t tail_batch(const Model& model, std::size_t split, std::size_t wanted);

  // Fills everything of the cell but its key. Never throws for what the codec does wrong: the cell
  // then has the status failed or unsupported and a reason.
  Cell evaluate(const BoundaryCodec& codec);
  // The cell of device-only: nothing is sent and nothing lost.
  Cell evaluate_device_only() const;

  // The steps of evaluate(), for who wants to look at a cell before all images are through.

  // Why the cut is none, tail(head(x)) being not the model; empty when it is.
  const std::string& unsound() const { return unsound_; }
  // Why the codec takes neither the boundary nor the picture; empty when it does.
  std::string unsupported(const BoundaryCodec& codec) const;
  // A run over no image yet. Requires unsupported(codec).empty().
  CellRun start(BoundaryCodec codec, bool with_tail) const;
  // Codes the images of the next `batches` batches, or of as many as are left, and runs the tail on
  // what was decoded if the run is with it. Throws what codec and tail throw.
  void advance(CellRun& run, std::size_t batches);
  // The same for one batch, on the calling thread. May be called from several threads at once, for
  // different batches or runs. Does not count the batch: that is left to the caller.
  void run_batch(CellRun& run, std::size_t batch);
  // Batches of all images.
  std::size_t batches() const { return batches_.size(); }
  // What a run with the tail, over one image at least, says of its images.
  Cell summarise(const CellRun& run) const;

 private:
  bool codes_picture(const BoundaryCodec& codec) const;
  CodedImage code_image(const BoundaryCodec& codec, bool picture, std::size_t image) const;
  Boundary tail_input(std::vector<Boundary> decoded, bool pictures) const;
  std::size_t encoded_position(const BoundaryCodec& codec) const;
  std::vector<int> answer(const CellRun& run, std::size_t batch, const Boundary& input);
  std::vector<int> ask_tail(Segment& tail, const Boundary& input);
  std::string check_cut();
  void summarise_accuracy(const std::vector<std::size_t>& images, const std::vector<int>& answers,
                          Cell& cell) const;

  Model& model_;
  const SplitPoint& split_;
  const BoundaryStore& store_;
  std::size_t position_;
  const EvaluationSet& inputs_;
  Settings settings_;
  ImageBatches batches_;
  std::unique_ptr<Segment> tail_;
  std::string unsound_;
  KnownAnswers known_;
};

}  // namespace splitbench
