// A cell of a sweep as one would measure it without a sweep: for each image the head, the codec and
// the tail, one after the other, in a process of its own. The yardstick of `compress`.
//
//   naive_loop MODEL DATASET CALIBRATION SPLIT CODEC LIMIT SEED IMAGES THREADS
//
// MODEL is a manifest; LIMIT and SEED draw the images as `compress` does, of which the first IMAGES
// are worked through with THREADS threads in every operation. CALIBRATION may be empty, and may be
// the dataset itself. Prints one line of JSON: seconds before the first image and for all images,
// the mean payload, and a 0 or 1 for each image that says whether the answer was right.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "codec/registry.h"
#include "codec/stream.h"
#include "data/image_reader.h"
#include "data/registry.h"
#include "pipeline/codec_fitter.h"
#include "pipeline/input_set.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {
namespace {

std::size_t number(const char* text) {
  return static_cast<std::size_t>(parse_integer(text, "naive_loop"));
}

// What the sweep would calibrate the codec on, captured for the one split.
std::unique_ptr<CalibrationSet> calibration_of(ModelSession& session, const Dataset& dataset,
                                               const SweepSettings& settings, std::size_t split,
                                               RunRecorder& recorder) {
  const std::vector<std::size_t> indices = calibration_indices(dataset, settings);
  if (indices.empty()) return nullptr;
  CaptureSettings capture;
  capture.folder = settings.folder;
  capture.threads = settings.threads;
  capture.keep_beliefs = true;
  CapturedImages captured =
      capture_images(session, *settings.calibration, indices, {split}, capture, recorder);
  return std::make_unique<CalibrationSet>(session, std::move(captured), capture, settings.seed,
                                          recorder);
}

struct LoopResult {
  double payload_bytes = 0;  // of all images
  std::string right;
};

LoopResult loop(ModelSession& session, const Dataset& dataset,
                const std::vector<std::size_t>& indices, std::size_t split,
                const BoundaryCodec& codec) {
  const std::unique_ptr<Segment> head = session.model->head(split);
  const std::unique_ptr<Segment> tail = session.model->tail(split);
  LoopResult result;
  for (const std::size_t index : indices) {
    const PreparedInput input = prepare_input(dataset.load(index), session.manifest.preprocess,
                                              session.model->info().input, 0);
    const Bytes stream = encode_boundary(codec, head->run({input.tensor}));
    const std::vector<int> answers =
        answers_of(tail->run(decode_boundary(codec, stream, {})).at(0));
    result.payload_bytes += static_cast<double>(stream.size());
    result.right += input.label && answers.front() == *input.label ? '1' : '0';
  }
  return result;
}

void run(char** argv) {
  const double start = monotonic_s();
  std::unique_ptr<ImageReader> reader;
  const DatasetContext context{[&]() -> const ImageReader& {
    if (!reader) reader = open_image_reader();
    return *reader;
  }};
  ModelRequest request;
  request.model = argv[1];
  SweepSettings settings;
  settings.folder = std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp";
  settings.limit = number(argv[6]);
  settings.seed = number(argv[7]);
  settings.threads = request.threads = static_cast<int>(number(argv[9]));
  ModelSession session = open_model(request);
  const std::unique_ptr<Dataset> dataset = open_dataset(argv[2], context);
  const std::string calibration_spec = argv[3];
  const std::unique_ptr<Dataset> calibration_data =
      calibration_spec.empty() ? nullptr : open_dataset(calibration_spec, context);
  settings.calibration = calibration_data.get();
  const std::size_t split = select_splits(session.model->info().splits,
                                          std::string(argv[4]) + ",-server-only,-device-only")
                                .at(0);
  const ConfiguredCodec codec = make_codecs({argv[5]}).at(0);
  NullSink sink;
  RunRecorder recorder({}, sink);
  std::unique_ptr<CalibrationSet> calibration;
  if (codec.needs_calibration) {
    calibration = calibration_of(session, *dataset, settings, split, recorder);
  }
  CodecFitter fitter(*session.model, split, calibration.get(),
                     {{settings.batch, settings.threads}, settings.folder});
  const BoundaryCodec fitted = fitter.fit(codec).codecs;
  session.model->use_threads(settings.threads);
  std::vector<std::size_t> indices = choose_samples(dataset->size(), settings.limit, settings.seed);
  indices.resize(std::min(indices.size(), number(argv[8])));
  const double ready = monotonic_s();
  const LoopResult result = loop(session, *dataset, indices, split, fitted);
  std::printf(
      "{\"start_s\": %.3f, \"images_s\": %.6f, \"images\": %zu, \"payload_bytes\": %.17g, "
      "\"right\": \"%s\"}\n",
      ready - start, monotonic_s() - ready, indices.size(),
      result.payload_bytes / static_cast<double>(indices.size()), result.right.c_str());
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  if (argc != 10) {
    std::fprintf(stderr,
                 "usage: naive_loop MODEL DATASET CALIBRATION SPLIT CODEC LIMIT SEED IMAGES "
                 "THREADS\n");
    return 2;
  }
  try {
    splitbench::run(argv);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "naive_loop: %s\n", error.what());
    return 1;
  }
}
