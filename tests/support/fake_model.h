// A network, a dataset and codecs without any framework: for tests of the pipeline.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/registry.h"
#include "core/backend.h"
#include "core/dataset.h"
#include "pipeline/model_session.h"

namespace splitbench {

// What a FakeModel does wrong.
struct FakeBehaviour {
  bool any_batch = true;
  std::set<std::string> wrong_tails;     // splits whose tail gives other scores
  std::set<std::string> wrong_captures;  // splits that capture() gets wrong
  bool remembers = false;                // every reference differs from the one before
  bool tail_throws = false;
  float batch_rounding = 0;  // added to the second score when a tail takes several images
};

// What was asked of a FakeModel, from whichever threads.
class FakeUse {
 public:
  void captured(std::size_t images) { note(images, capture_batches_); }
  void ran_tail(std::size_t images) { note(images, tail_batches_); }
  void reset() {
    const std::lock_guard<std::mutex> lock(mutex_);
    capture_batches_.clear();
    tail_batches_.clear();
  }

  // Images of each call, ascending.
  std::vector<std::size_t> capture_batches() const { return sorted(capture_batches_); }
  std::size_t captured_images() const { return sum(capture_batches_); }
  std::size_t tail_images() const { return sum(tail_batches_); }

 private:
  void note(std::size_t images, std::vector<std::size_t>& batches) {
    const std::lock_guard<std::mutex> lock(mutex_);
    batches.push_back(images);
  }
  std::vector<std::size_t> sorted(std::vector<std::size_t> batches) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::sort(batches.begin(), batches.end());
    return batches;
  }
  std::size_t sum(const std::vector<std::size_t>& batches) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::accumulate(batches.begin(), batches.end(), std::size_t{0});
  }

  mutable std::mutex mutex_;
  std::vector<std::size_t> capture_batches_, tail_batches_;
};

// Three stages on 1x1x4x4 floats:
//   scale   1x1x4x4 -> 1x1x4x4   2 x + 1
//   fold    1x1x4x4 -> 1x4       the sum of each row; a block's end
//   scores  1x4 -> 1x3           the differences of neighbours
class FakeModel : public Model {
 public:
  static constexpr std::size_t kStages = 3;

  explicit FakeModel(FakeBehaviour behaviour = {},
                     std::shared_ptr<FakeUse> use = std::make_shared<FakeUse>())
      : behaviour_(std::move(behaviour)), use_(std::move(use)) {
    info_.parameters = 5;
    info_.macs = 40;
    info_.input = {DType::kF32, {1, 1, 4, 4}};
    info_.output = {DType::kF32, {1, 3}};
    info_.any_batch = behaviour_.any_batch;
    const TensorSpec folded{DType::kF32, {1, 4}};
    info_.layers = {{"scale", "scale", info_.input.shape, info_.input.bytes(), 16, 8},
                    {"fold", "fold", folded.shape, folded.bytes(), 16, 0},
                    {"scores", "scores", info_.output.shape, info_.output.bytes(), 8, 12}};
    info_.splits = {{"server-only", {}, SplitKind::kServerOnly, {info_.input}, false, false},
                    {"scale", {}, SplitKind::kInner, {info_.input}, false, false},
                    {"fold", {"block"}, SplitKind::kInner, {folded}, true, true},
                    {"device-only", {}, SplitKind::kDeviceOnly, {info_.output}, false, false}};
  }

  const ModelInfo& info() const override { return info_; }
  void use_threads(int) override {}

  Tensor reference(const Tensor& input) override {
    Tensor output = run_stages(input, 0, kStages);
    if (behaviour_.remembers) output.mutable_as<float>()[0] += static_cast<float>(++references_);
    return output;
  }

  std::unique_ptr<Segment> head(std::size_t split) override {
    return std::make_unique<FakeSegment>(*this, 0, split);
  }
  std::unique_ptr<Segment> tail(std::size_t split) override {
    return std::make_unique<FakeSegment>(*this, split, kStages);
  }
  std::unique_ptr<Segment> whole() override { return head(kStages); }

  std::vector<Boundary> capture(const Tensor& input,
                                const std::vector<std::size_t>& splits) override {
    use_->captured(static_cast<std::size_t>(input.shape()[0]));
    std::vector<Boundary> boundaries;
    for (const std::size_t split : splits) {
      boundaries.push_back({run_stages(input, 0, split).clone()});
      if (behaviour_.wrong_captures.count(info_.splits[split].id) != 0) {
        boundaries.back()[0].mutable_as<float>()[0] += 1;
      }
    }
    boundaries.push_back({run_stages(input, 0, kStages)});
    return boundaries;
  }

  // Layer k takes k + 1 ms.
  std::vector<double> time_layers(const Tensor&) override { return {0.001, 0.002, 0.003}; }

 private:
  // Split k lies between stages k - 1 and k.
  class FakeSegment : public Segment {
   public:
    FakeSegment(FakeModel& model, std::size_t begin, std::size_t end)
        : model_(model), begin_(begin), end_(end) {}

    Boundary run(const Boundary& input) override {
      const FakeBehaviour& behaviour = model_.behaviour_;
      const bool tail = end_ == kStages;
      if (tail && behaviour.tail_throws) throw runtime_failure("the tail is out of order");
      if (tail) model_.use_->ran_tail(static_cast<std::size_t>(input.at(0).shape().at(0)));
      Tensor output = model_.run_stages(input.at(0), begin_, end_);
      if (tail && begin_ > 0 && behaviour.wrong_tails.count(model_.info_.splits[begin_].id) != 0) {
        output = output.clone();
        output.mutable_as<float>()[0] += 1;
      }
      for (std::size_t i = 1; tail && output.shape()[0] > 1 && i < output.elements(); i += 3) {
        output.mutable_as<float>()[i] += behaviour.batch_rounding;
      }
      return {output};
    }

    double time_s(const Boundary& input, int calls) override {
      run(input);
      return 0.001 * static_cast<double>((begin_ + 1 + end_) * (end_ - begin_)) / 2 * calls;
    }

    // The fake's gradient is its input: enough to see that it arrives where it should.
    Boundary score_gradient(const Boundary& input, const std::vector<int>& classes) override {
      if (classes.size() != static_cast<std::size_t>(input.at(0).shape().at(0))) {
        throw runtime_failure("a class for each item is wanted");
      }
      return input;
    }

   private:
    FakeModel& model_;
    std::size_t begin_, end_;
  };

  static Tensor run_stages(const Tensor& input, std::size_t begin, std::size_t end) {
    Tensor value = input;
    for (std::size_t stage = begin; stage < end; ++stage) value = run_stage(value, stage);
    return value;
  }

  static Tensor run_stage(const Tensor& input, std::size_t stage) {
    const std::int64_t batch = input.shape().at(0);
    const Shape shape = stage == 0   ? Shape{batch, 1, 4, 4}
                        : stage == 1 ? Shape{batch, 4}
                                     : Shape{batch, 3};
    Tensor output = Tensor::allocate({DType::kF32, shape});
    const std::size_t in = input.elements() / static_cast<std::size_t>(batch);
    const std::size_t out = output.elements() / static_cast<std::size_t>(batch);
    for (std::size_t i = 0; i < output.elements(); ++i) {
      const float* x = input.as<float>() + i / out * in;
      const std::size_t k = i % out;
      output.mutable_as<float>()[i] = stage == 0 ? 2 * x[k] + 1
                                      : stage == 1
                                          ? x[4 * k] + x[4 * k + 1] + x[4 * k + 2] + x[4 * k + 3]
                                          : x[k + 1] - x[k];
    }
    return output;
  }

  FakeBehaviour behaviour_;
  std::shared_ptr<FakeUse> use_;
  ModelInfo info_;
  int references_ = 0;
};

inline ModelSession fake_session(const FakeBehaviour& behaviour, std::shared_ptr<FakeUse> use) {
  ModelSession session;
  session.manifest.name = "fake";
  session.sha256 = std::string(64, 'f');
  session.model = std::make_unique<FakeModel>(behaviour, std::move(use));
  return session;
}

// The input whose row sums differ most between rows `answer` and `answer` + 1: class `answer`.
inline Tensor fake_input(int answer, float noise = 0) {
  Tensor input = Tensor::allocate({DType::kF32, {1, 1, 4, 4}});
  for (int i = 0; i < 16; ++i) {
    const int row = i / 4;
    input.mutable_as<float>()[i] =
        (row > answer ? 1.0F : 0.0F) + 0.125F * static_cast<float>(row) + noise;
  }
  return input;
}

// Samples given one by one; counts how often each is read.
class FakeDataset : public Dataset {
 public:
  // `count` inputs of classes 0, 1, 2, 0 ... that the fake model gets right.
  explicit FakeDataset(std::size_t count, bool with_labels = true) {
    for (std::size_t i = 0; i < count; ++i) {
      const int answer = static_cast<int>(i % 3);
      Sample sample;
      sample.name = "sample " + std::to_string(i);
      sample.tensor = fake_input(answer, static_cast<float>(i) / 64);
      if (with_labels) sample.label = answer;
      samples.push_back(std::move(sample));
    }
  }

  std::string spec() const override { return name; }
  std::size_t size() const override { return samples.size(); }
  bool labelled() const override { return samples.front().label.has_value(); }
  Sample load(std::size_t index) const override {
    ++loads;
    if (damaged.count(index) != 0) {
      throw bad_input(samples.at(index).name + ": is damaged");
    }
    return samples.at(index);
  }

  std::string name = "fake-set";
  std::vector<Sample> samples;
  std::set<std::size_t> damaged;
  mutable std::atomic<std::size_t> loads{0};
};

// A codec made of functions; the stream is the tensor's bytes.
class FakeCodec : public Codec {
 public:
  std::string unsupported_reason(const TensorSpec& spec) const override {
    return spec.shape.size() > most_dimensions ? "takes vectors only" : "";
  }
  Bytes encode(const Tensor& tensor) const override {
    ++encoded;
    if (encoded == fails_at) throw bad_input("met a value it cannot code");
    const ByteView view(tensor.data(), tensor.bytes());
    return Bytes(view.data, view.data + view.size);
  }
  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    Tensor tensor = Tensor::allocate(spec);
    std::copy(body.data, body.data + body.size, tensor.mutable_as<std::uint8_t>());
    for (std::size_t i = 0; negates && i < tensor.elements(); ++i) {
      if (spec.dtype == DType::kU8) {
        tensor.mutable_as<std::uint8_t>()[i] ^= 0xFF;
      } else {
        tensor.mutable_as<float>()[i] *= -1;
      }
    }
    return tensor;
  }

  std::size_t most_dimensions = 4;
  std::size_t fails_at = 0;  // the how-manieth call of encode(), 0 for none
  bool negates = false;      // the fake model then answers otherwise, whatever the split
  mutable std::atomic<std::size_t> encoded{0};
};

inline ConfiguredCodec configured(const std::string& name, std::shared_ptr<const Codec> codec) {
  ConfiguredCodec configured;
  configured.spec = name;
  configured.description.name = name;
  configured.description.wire_id = 200;
  configured.codec = std::move(codec);
  return configured;
}

}  // namespace splitbench
