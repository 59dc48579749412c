// Bottlenecks whose networks are functions, for the fake model and without any framework.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/bottleneck/bottleneck_file.h"
#include "codec/bottleneck/latent_table.h"
#include "codec/bottleneck/learned_codec.h"
#include "core/backend.h"

namespace splitbench::testing {

// Items of `out` floats from items of floats; the batch dimension is free.
class FunctionSegment : public Segment {
 public:
  using Function = std::function<void(const float* in, std::size_t in_size, float* out)>;
  FunctionSegment(Shape out, Function function)
      : out_(std::move(out)), function_(std::move(function)) {}

  Boundary run(const Boundary& input) override {
    const Tensor& from = input.at(0);
    Shape shape = out_;
    shape.at(0) = from.shape().at(0);
    Tensor to = Tensor::allocate({DType::kF32, shape});
    const auto batch = static_cast<std::size_t>(shape[0]);
    for (std::size_t i = 0; i < batch; ++i) {
      function_(from.as<float>() + i * (from.elements() / batch), from.elements() / batch,
                to.mutable_as<float>() + i * (to.elements() / batch));
    }
    return {to};
  }
  double time_s(const Boundary& input, int calls) override {
    run(input);
    return 0.0005 * calls;
  }
  Boundary score_gradient(const Boundary&, const std::vector<int>&) override {
    throw runtime_failure("has no gradient");
  }

 private:
  Shape out_;
  Function function_;
};

// Networks by the text of their archive:
//   "fold"    1x1x4x4 -> 1x4x1   four times the sums of rows of 2 x + 1: the fake model's fold,
//   finer "unfold"  1x4x1 -> 1x4       a quarter of each "invert"  1x4 -> 1x3         the fake
//   model's scores with the other sign "odd"     -> 1x5             what no part should make
inline std::unique_ptr<Segment> fake_network(const std::string& archive) {
  if (archive == "fold") {
    return std::make_unique<FunctionSegment>(Shape{1, 4, 1},
                                             [](const float* in, std::size_t, float* out) {
                                               for (int r = 0; r < 4; ++r) {
                                                 out[r] = 0;
                                                 for (int c = 0; c < 4; ++c)
                                                   out[r] += 4 * (2 * in[4 * r + c] + 1);
                                               }
                                             });
  }
  if (archive == "unfold") {
    return std::make_unique<FunctionSegment>(Shape{1, 4},
                                             [](const float* in, std::size_t, float* out) {
                                               for (int r = 0; r < 4; ++r) out[r] = in[r] / 4;
                                             });
  }
  if (archive == "invert") {
    return std::make_unique<FunctionSegment>(Shape{1, 3},
                                             [](const float* in, std::size_t, float* out) {
                                               for (int i = 0; i < 3; ++i)
                                                 out[i] = in[i] - in[i + 1];
                                             });
  }
  if (archive == "odd") {
    return std::make_unique<FunctionSegment>(Shape{1, 5},
                                             [](const float*, std::size_t, float* out) {
                                               for (int i = 0; i < 5; ++i) out[i] = 0;
                                             });
  }
  throw bad_input("no such network");
}

class FakeBackend : public Backend {
 public:
  std::vector<std::pair<std::string, std::string>> library_versions() const override { return {}; }
  std::unique_ptr<Model> load(const ModelOptions&) override {
    throw runtime_failure("the fake back-end loads no models");
  }
  std::unique_ptr<Segment> open_network(ByteView archive, const NetworkOptions& options) override {
    try {
      return fake_network({archive.data, archive.data + archive.size});
    } catch (const Error& error) {
      throw bad_input(options.name + ": " + error.what());
    }
  }
};

inline Bytes archive_of(const std::string& text) { return {text.begin(), text.end()}; }

// For the fake model: from its input to its split fold, as good as lossless.
inline Bottleneck fold_bottleneck() {
  Bottleneck bottleneck;
  bottleneck.method = "bottlefit";
  bottleneck.variant = "two-stage";
  bottleneck.model_sha256 = std::string(64, 'f');
  bottleneck.encoder_split = "server-only";
  bottleneck.decoder_split = "fold";
  bottleneck.input = {DType::kF32, {1, 1, 4, 4}};
  bottleneck.latent = {DType::kF32, {1, 4, 1}};
  bottleneck.output = {DType::kF32, {1, 4}};
  bottleneck.coder.coding = LatentCoding::kFactorised;
  bottleneck.coder.medians.assign(4, 0);
  bottleneck.coder.tables.assign(4, latent_table(0, std::vector<double>(100, 1)));
  bottleneck.encoder = {archive_of("fold"), 11, 48};
  bottleneck.decoder = {archive_of("unfold"), 7, 4};
  return bottleneck;
}

// Opened, as from a file.
inline std::shared_ptr<const OpenBottleneck> opened(const Bottleneck& bottleneck) {
  const Bytes file = write_bottleneck(bottleneck);
  auto open = std::make_shared<OpenBottleneck>();
  open->about = read_bottleneck(file);
  open->sha256 = std::string(64, 'a');
  open->number = bottleneck_number(file);
  const auto network = [](const Bytes& archive) {
    return fake_network({archive.begin(), archive.end()});
  };
  open->encoder = network(bottleneck.encoder.network);
  open->decoder = network(bottleneck.decoder.network);
  if (!bottleneck.tail.network.empty()) open->tail = network(bottleneck.tail.network);
  return open;
}

inline ConfiguredCodec opened_codec(const Bottleneck& bottleneck, const std::string& file = "b") {
  return with_bottleneck(make_codec({bottleneck.method, {{"file", file}}}), opened(bottleneck));
}

}  // namespace splitbench::testing
