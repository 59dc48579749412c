// The codecs made for features against JPEG of the same features at the same payload, on tensors
// shaped like the block outputs of MobileNetV2 and of ResNet-50: seeded noise, smooth in space,
// with a ReLU where the network has one.
//
// Ratios are taken within one run: codec and JPEG (our `jpeg`, libjpeg-turbo inside, at the quality
// whose payload is nearest) take turns, so that whatever else the machine does meets both.
//   of_jpeg    time of the codec as a part of JPEG's: 1 and below is at least as fast
//   payload    bytes of the codec's stream; jpeg_payload of JPEG's
//   of_memcpy  time as a part of that of copying the fp32 tensor
// `bytes_per_second` counts bytes of the fp32 tensor. Names end in the payload, in per cent of
// them. Run it pinned to one core.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/calibration.h"
#include "codec/disc/calibrator.h"
#include "codec/disc/coefficient_coder.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/model.h"
#include "codec/disc/quantiser.h"
#include "codec/disc/tensor_coder.h"
#include "codec/stream.h"

namespace splitbench {
namespace {

struct BoundaryShape {
  const char* network;
  std::int64_t channels;
  std::int64_t side;
  bool relu;
};

constexpr BoundaryShape kBoundaries[] = {
    {"mobilenet_v2", 16, 112, false}, {"mobilenet_v2", 24, 56, false},
    {"mobilenet_v2", 32, 28, false},  {"mobilenet_v2", 64, 14, false},
    {"mobilenet_v2", 96, 14, false},  {"mobilenet_v2", 160, 7, false},
    {"mobilenet_v2", 320, 7, false},  {"mobilenet_v2", 1280, 7, true},
    {"resnet_50", 256, 56, true},     {"resnet_50", 512, 28, true},
    {"resnet_50", 1024, 14, true},    {"resnet_50", 2048, 7, true}};

constexpr std::size_t kSamples = 6;
constexpr int kSearchSteps = 9;

Tensor features(const BoundaryShape& boundary, std::uint64_t seed) {
  constexpr double kNeighbour = 0.48;  // what a value has of those on its left and above
  constexpr double kNoise = 0.25;
  const Shape shape = {1, boundary.channels, boundary.side, boundary.side};
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  Rng traits(1);  // of the channels: the same in every tensor
  Rng rng(seed + 2);
  auto* map = tensor.mutable_as<float>();
  for (std::int64_t c = 0; c < boundary.channels; ++c, map += boundary.side * boundary.side) {
    const double spread = 0.3 + traits.uniform();
    const double offset = boundary.relu ? 1.2 * traits.uniform() - 1.4 : traits.uniform() - 0.5;
    for (std::int64_t y = 0; y < boundary.side; ++y) {
      for (std::int64_t x = 0; x < boundary.side; ++x) {
        float* at = map + y * boundary.side + x;
        const double left = x > 0 ? at[-1] : 0;
        const double above = y > 0 ? at[-boundary.side] : 0;
        const double noise = 2 * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5);
        *at = static_cast<float>(kNeighbour * (left + above) + kNoise * noise);
      }
    }
    for (std::int64_t i = 0; i < boundary.side * boundary.side; ++i) {
      const auto value = static_cast<float>(2 * spread * map[i] + spread * offset);
      map[i] = boundary.relu ? std::max(0.0F, value) : value;
    }
  }
  return tensor;
}

class Samples : public CalibrationSamples {
 public:
  explicit Samples(const BoundaryShape& boundary) {
    for (std::size_t i = 0; i < kSamples; ++i) tensors_.push_back(features(boundary, i));
  }
  const TensorSpec& spec() const override { return tensors_.front().spec(); }
  std::size_t size() const override { return tensors_.size(); }
  Tensor value(std::size_t i) const override { return tensors_[i]; }
  std::optional<Tensor> gradient(std::size_t /*i*/) const override { return std::nullopt; }

 private:
  std::vector<Tensor> tensors_;
};

// Codecs calibrated on the samples, once for all settings that share a calibration.
class Workshop {
 public:
  explicit Workshop(const Samples& samples) : samples_(samples) {}

  ConfiguredCodec ready(const std::string& spec) {
    const ConfiguredCodec codec = make_codec(parse_spec(spec));
    if (!lacks_calibration(codec)) return codec;
    Bytes& calibration = calibrations_[calibration_key(codec)];
    if (calibration.empty()) calibration = calibrate(codec, samples_);
    return with_calibration(codec, calibration);
  }

 private:
  const Samples& samples_;
  std::map<std::string, Bytes> calibrations_;
};

struct Contender {
  ConfiguredCodec codec;
  Bytes body;
};

std::size_t distance(const Contender& contender, std::size_t bytes) {
  const std::size_t size = contender.body.size();
  return size > bytes ? size - bytes : bytes - size;
}

// The codec at the step whose payload is nearest to `bytes`, by bisection.
Contender at_payload(const std::string& name, Workshop& workshop, const Tensor& tensor,
                     std::size_t bytes) {
  double fine = 0.03;
  double coarse = 30;
  Contender best;
  for (int i = 0; i < kSearchSteps; ++i) {
    const double step = std::sqrt(fine * coarse);
    Contender tried;
    tried.codec = workshop.ready(name + ":step=" + std::to_string(step));
    tried.body = tried.codec.codec->encode(tensor);
    (tried.body.size() > bytes ? fine : coarse) = step;
    if (best.body.empty() || distance(tried, bytes) < distance(best, bytes)) best = tried;
  }
  return best;
}

Contender jpeg_at_payload(Workshop& workshop, const Tensor& tensor, std::size_t bytes) {
  Contender best;
  for (int quality = 1; quality <= 100; ++quality) {
    Contender tried;
    tried.codec = workshop.ready("jpeg:quality=" + std::to_string(quality));
    tried.body = tried.codec.codec->encode(tensor);
    if (best.body.empty() || distance(tried, bytes) < distance(best, bytes)) best = tried;
  }
  return best;
}

using Clock = std::chrono::steady_clock;

template <typename Work>
double seconds(Work work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Times `work` with `reference` before every time; `ratio` names the counter of their quotient (of
// medians: other processes may come between).
template <typename Work, typename Reference>
void run_in_turns(benchmark::State& state, const Tensor& tensor, const char* ratio, Work work,
                  Reference reference) {
  std::vector<double> worked;
  std::vector<double> referred;
  for (auto _ : state) {
    referred.push_back(seconds(reference));
    worked.push_back(seconds(work));
    state.SetIterationTime(worked.back());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(tensor.bytes()));
  state.counters[ratio] = median(worked) / median(referred);
}

void code(benchmark::State& state, const BoundaryShape& boundary, const std::string& name,
          double per_cent, bool encodes) {
  const Samples samples(boundary);
  const Tensor tensor = features(boundary, kSamples);
  const auto bytes = static_cast<std::size_t>(per_cent / 100 * static_cast<double>(tensor.bytes()));
  Workshop workshop(samples);
  const Contender ours = at_payload(name, workshop, tensor, bytes);
  const Contender jpeg = jpeg_at_payload(workshop, tensor, ours.body.size());
  const auto run = [&](const Contender& contender) {
    return [&] {
      if (encodes) {
        benchmark::DoNotOptimize(contender.codec.codec->encode(tensor).data());
      } else {
        benchmark::DoNotOptimize(
            contender.codec.codec->decode(contender.body, tensor.spec()).data());
      }
    };
  };
  run_in_turns(state, tensor, "of_jpeg", run(ours), run(jpeg));
  state.counters["payload"] = static_cast<double>(ours.body.size());
  state.counters["jpeg_payload"] = static_cast<double>(jpeg.body.size());
  state.SetLabel(ours.codec.spec);
}

// ---- where disc's time goes ----

enum class Part { kQuantise, kAnalyse, kEncode, kDecode, kSynthesise };

void run_part(benchmark::State& state, const BoundaryShape& boundary, Part part) {
  const Samples samples(boundary);
  const Tensor tensor = features(boundary, kSamples);
  const disc::FeatureMaps maps = disc::feature_maps(tensor.shape());
  disc::Settings settings;
  settings.step = 2;
  const disc::Model model(disc::calibrate(settings, samples), maps.grid);
  const auto* values = tensor.as<float>();
  Tensor copy = Tensor::allocate(tensor.spec());
  const disc::QuantisedTensor quantised = disc::analyse(model, values);
  const Bytes body = disc::encode_coefficients(model, quantised);
  const disc::QuantisedTensor sparse = disc::decode_coefficients(model, body, "benchmark stream");

  std::vector<disc::Block> blocks(tensor.elements() / disc::kLanes);
  std::memcpy(blocks.data(), values, blocks.size() * sizeof(disc::Block));
  std::vector<disc::Levels> levels(blocks.size());
  const auto work = [&] {
    switch (part) {
      case Part::kQuantise:
        for (std::size_t i = 0; i < blocks.size(); ++i) {
          disc::quantise(blocks[i], model.rounding(), model.largest_level(), levels[i]);
        }
        benchmark::DoNotOptimize(levels.data());
        break;
      case Part::kAnalyse:
        benchmark::DoNotOptimize(disc::analyse(model, values).levels.data());
        break;
      case Part::kEncode:
        benchmark::DoNotOptimize(disc::encode_coefficients(model, quantised).data());
        break;
      case Part::kDecode:
        benchmark::DoNotOptimize(
            disc::decode_coefficients(model, body, "benchmark stream").levels.data());
        break;
      case Part::kSynthesise:
        disc::synthesise(model, sparse, copy.mutable_as<float>());
        benchmark::DoNotOptimize(copy.data());
        break;
    }
    benchmark::ClobberMemory();
  };
  Tensor target = Tensor::allocate(tensor.spec());
  run_in_turns(state, tensor, "of_memcpy", work, [&] {
    std::memcpy(target.mutable_as<float>(), values, tensor.bytes());
    benchmark::DoNotOptimize(target.data());
    benchmark::ClobberMemory();
  });
  state.counters["payload"] = static_cast<double>(body.size());
}

std::string shape_name(const BoundaryShape& boundary) {
  return std::string(boundary.network) + "/" + std::to_string(boundary.channels) + "x" +
         std::to_string(boundary.side) + "x" + std::to_string(boundary.side);
}

template <typename Function>
void add(const std::string& name, Function function) {
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

void register_benchmarks() {
  for (const BoundaryShape& boundary : kBoundaries) {
    for (const std::string codec : {"disc", "klt"}) {
      for (const double per_cent : {1.0, 2.0}) {
        for (const bool encodes : {true, false}) {
          add((encodes ? "encode/" : "decode/") + codec + "/" + shape_name(boundary) + "/" +
                  std::to_string(static_cast<int>(per_cent)),
              [=](benchmark::State& state) { code(state, boundary, codec, per_cent, encodes); });
        }
      }
    }
    const struct {
      const char* name;
      Part part;
    } parts[] = {{"quantise", Part::kQuantise},
                 {"analyse", Part::kAnalyse},
                 {"entropy_encode", Part::kEncode},
                 {"entropy_decode", Part::kDecode},
                 {"synthesise", Part::kSynthesise}};
    for (const auto& part : parts) {
      add(std::string("disc_part/") + part.name + "/" + shape_name(boundary),
          [=](benchmark::State& state) { run_part(state, boundary, part.part); });
    }
  }
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  splitbench::register_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
