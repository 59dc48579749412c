#include "pipeline/calibration_set.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "pipeline/memory_budget.h"
#include "pipeline/parallel_for.h"

namespace splitbench {
namespace {

// The network cannot be differentiated, in contrast to a full disk and the like.
struct NoGradient : Error {
  using Error::Error;
};

Boundary gradient_of(Segment& tail, const Boundary& boundary, int drawn) {
  try {
    return tail.score_gradient(boundary, {drawn});
  } catch (const Error& error) {
    throw NoGradient(error.code(), error.what());
  }
}

}  // namespace

class CalibrationSet::Samples : public CalibrationSamples {
 public:
  Samples(CalibrationSet& set, std::size_t split, std::size_t tensor)
      : set_(set),
        split_(split),
        tensor_(tensor),
        position_(set.position(split)),
        spec_(set.session_.model->info().splits.at(split).boundary.at(tensor)),
        memo_(set.memo(split, tensor)) {}

  const TensorSpec& spec() const override { return spec_; }
  std::size_t size() const override { return set_.size(); }
  Tensor value(std::size_t i) const override { return set_.store().get(position_, i).at(tensor_); }
  std::optional<Tensor> gradient(std::size_t i) const override {
    const BoundaryStore* gradients = set_.gradients(split_);
    if (gradients == nullptr) return std::nullopt;
    return gradients->get(0, i).at(tensor_);
  }
  CalibrationMemo* memo() const override { return memo_.get(); }

 private:
  CalibrationSet& set_;
  std::size_t split_, tensor_, position_;
  TensorSpec spec_;
  std::shared_ptr<CalibrationMemo> memo_;
};

CalibrationSet::CalibrationSet(ModelSession& session, CapturedImages captured,
                               CaptureSettings settings, std::uint64_t seed, RunRecorder& recorder)
    : session_(session),
      captured_(std::move(captured)),
      settings_(std::move(settings)),
      seed_(seed),
      recorder_(recorder) {}

CalibrationSet::~CalibrationSet() = default;

std::unique_ptr<CalibrationSamples> CalibrationSet::samples(std::size_t split, std::size_t tensor) {
  return std::make_unique<Samples>(*this, split, tensor);
}

std::shared_ptr<CalibrationMemo> CalibrationSet::memo(std::size_t split, std::size_t tensor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (memo_split_ != split) memos_.clear();
  memo_split_ = split;
  std::shared_ptr<CalibrationMemo>& memo = memos_[tensor];
  if (!memo) memo = std::make_shared<CalibrationMemo>();
  return memo;
}

const BoundaryStore* CalibrationSet::gradients(std::size_t split) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (gradient_split_ != split) {
    gradient_split_ = split;
    const double start_s = monotonic_s();
    try {
      gradients_ = compute_gradients(split);
    } catch (const NoGradient& error) {
      // Codecs do without them then; the sweep goes on.
      gradients_ = nullptr;
      recorder_.warning("no gradients at " + session_.model->info().splits.at(split).id + ": " +
                        error.what());
    }
    gradient_s_ += monotonic_s() - start_s;
  }
  return gradients_.get();
}

// A class for each image, drawn from what the network believes: with the network's own answers in
// place of labels the gradients give its Fisher information.
std::vector<int> CalibrationSet::draw_classes() const {
  Rng rng(seed_);
  std::vector<int> classes;
  for (const std::vector<float>& belief : captured_.inputs.beliefs) {
    double left = rng.uniform();
    std::size_t drawn = 0;
    while (drawn + 1 < belief.size() && (left -= belief[drawn]) >= 0) ++drawn;
    classes.push_back(static_cast<int>(drawn));
  }
  return classes;
}

std::unique_ptr<BoundaryStore> CalibrationSet::compute_gradients(std::size_t split) {
  const SplitPoint& point = session_.model->info().splits.at(split);
  const std::size_t where = position(split);
  const std::vector<int> classes = draw_classes();
  // Half of what is left is for the work: a gradient keeps every activation of the tail.
  const std::size_t memory_bytes = MemoryBudget(settings_.memory_bytes).limit(0) / 2;
  auto store = std::make_unique<BoundaryStore>(std::vector<BoundarySpec>{point.boundary}, size(),
                                               memory_bytes, settings_.folder);
  const std::unique_ptr<Segment> tail = session_.model->tail(split);
  parallel_for(size(), settings_.threads, [&](std::size_t i) {
    session_.model->use_threads(1);
    Boundary gradient = gradient_of(*tail, captured_.store->get(where, i), classes[i]);
    for (std::size_t t = 0; t < gradient.size(); ++t) {
      if (gradient[t].data() != nullptr) continue;
      // A tensor without gradients (indices, masks) gets zeros, so that its place is kept.
      gradient[t] = Tensor::allocate(point.boundary[t]);
      std::fill_n(gradient[t].mutable_as<std::uint8_t>(), gradient[t].bytes(), std::uint8_t{0});
    }
    store->put(0, i, gradient);
  });
  return store;
}

}  // namespace splitbench
