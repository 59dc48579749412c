// The codecs made for features against JPEG of the same features at the same payload, on the
// tensors of boundaries.h.
//
// Ratios are taken within one run: codec and JPEG (our `jpeg`, libjpeg-turbo inside, at the quality
// whose payload is nearest) take turns.
//   of_jpeg    time of the codec as a part of JPEG's: 1 and below is at least as fast
//   payload    bytes of the codec's stream; jpeg_payload of JPEG's
// `bytes_per_second` counts bytes of the fp32 tensor. Names end in the payload, in per cent of
// them. Run it pinned to one core.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>

#include "boundaries.h"
#include "codec/calibration.h"
#include "codec/stream.h"
#include "run_benchmarks.h"
#include "turns.h"

namespace splitbench {
namespace {

constexpr int kSearchSteps = 9;

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
  }
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  return splitbench::run_benchmarks(argc, argv, splitbench::register_benchmarks);
}
