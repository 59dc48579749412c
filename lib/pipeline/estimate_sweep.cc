#include "pipeline/estimate_sweep.h"

#include <map>
#include <numeric>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "codec/stream.h"
#include "pipeline/input_set.h"
#include "pipeline/tail_times.h"

namespace splitbench {
namespace {

constexpr double kTrying_s = 2;

// Seconds an image takes through the whole network on one thread.
double network_s(ModelSession& session, const Tensor& input) {
  session.model->use_threads(1);
  const std::unique_ptr<Segment> whole = session.model->whole();
  whole->time_s({input}, 1);
  return whole->time_s({input}, 1);
}

// Seconds a byte of the boundary.
class CodecRates {
 public:
  void add(const std::string& codec, double seconds, double bytes) {
    for (Rate* rate : {&all_, &codecs_[codec]}) {
      rate->seconds += seconds;
      rate->bytes += bytes;
    }
  }
  // The mean over all codecs where nothing is known of this one.
  double of(const std::string& codec) const {
    const auto found = codecs_.find(codec);
    const Rate& rate = found == codecs_.end() ? all_ : found->second;
    return rate.bytes > 0 ? rate.seconds / rate.bytes : 0;
  }

 private:
  struct Rate {
    double seconds = 0, bytes = 0;
  };
  Rate all_;
  std::map<std::string, Rate> codecs_;
};

using SplitBoundaries = std::map<std::size_t, Boundary>;

SplitBoundaries boundaries_of(ModelSession& session, const Tensor& input,
                              const std::vector<std::size_t>& splits) {
  std::vector<Boundary> captured = session.model->capture(input, splits);
  SplitBoundaries boundaries;
  for (std::size_t i = 0; i < splits.size(); ++i) boundaries[splits[i]] = std::move(captured[i]);
  return boundaries;
}

CodecRates try_codecs(const SplitBoundaries& boundaries, const ModelInfo& info,
                      const std::vector<SweepJob>& jobs) {
  std::vector<const SweepJob*> order;
  for (const SweepJob& job : jobs) order.push_back(&job);
  Rng(0).shuffle(order);
  CodecRates rates;
  const double end_s = monotonic_s() + kTrying_s;
  for (const SweepJob* job : order) {
    if (monotonic_s() > end_s) break;
    const std::optional<std::size_t> encoded = encoded_split(*job, info);
    if (!encoded) continue;
    const Boundary& boundary = boundaries.at(*encoded);
    // Codecs that wait for a calibration or a target take nothing yet.
    if (!unsupported_reason(*job->codec, spec_of(boundary)).empty()) continue;
    const double start = thread_cpu_s();
    try {
      decode_boundary(*job->codec, encode_boundary(*job->codec, boundary), {});
    } catch (const Error&) {
      continue;  // the cell will say so
    }
    rates.add(codec_name(job->key.codec), thread_cpu_s() - start,
              static_cast<double>(boundary_bytes(info.splits[job->split].boundary)));
  }
  return rates;
}

}  // namespace

double estimate_sweep_s(ModelSession& session, const Dataset& dataset,
                        const SweepSettings& settings, const std::vector<SweepJob>& jobs) {
  if (jobs.empty()) return 0;
  const ModelInfo& info = session.model->info();
  const PreparedInput input =
      prepare_input(dataset.load(0), session.manifest.preprocess, info.input, 0);
  const SplitBoundaries boundaries =
      boundaries_of(session, input.tensor, captured_splits(jobs, info));
  const CodecRates rates = try_codecs(boundaries, info, jobs);
  const TailTimes tails = time_tails(
      *session.model, splits_of(jobs), [&](std::size_t split) { return boundaries.at(split); },
      settings.batch);
  double image_s = network_s(session, input.tensor);  // the capture
  for (const CellWork& cell : work_of(jobs, info, tails)) {
    image_s += rates.of(cell.codec) * cell.boundary_bytes + cell.tail.in_batch_s;
  }
  return image_s * static_cast<double>(images_wanted(dataset, settings)) / settings.threads;
}

}  // namespace splitbench
