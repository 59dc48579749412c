// A photograph's shorter side to 256 pixels, as before every ImageNet network: ours against
// OpenCV's INTER_AREA, its filter for shrinking without aliases.
//
// What differs: ours is Pillow's result bit for bit, which the reference accuracies of networks
// hold for, and works on planes, as networks take them. INTER_AREA averages boxes of pixels, gives
// other samples and works on interleaved pixels. It is kept to one thread here, as ours runs on
// one.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "base/rng.h"
#include "data/resize.h"

namespace splitbench {
namespace {

constexpr int kWidth = 500, kHeight = 375;
constexpr int kNewWidth = 341, kNewHeight = 256;

void fill(std::uint8_t* samples, std::size_t count) {
  Rng rng(1);
  for (std::size_t i = 0; i < count; ++i) samples[i] = static_cast<std::uint8_t>(rng.below(256));
}

void count_pictures(benchmark::State& state) {
  state.counters["pictures"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void resize_ours(benchmark::State& state, Interpolation interpolation) {
  Tensor image = Tensor::allocate({DType::kU8, {1, 3, kHeight, kWidth}});
  fill(image.mutable_as<std::uint8_t>(), image.bytes());
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        resize_antialiased(image, kNewHeight, kNewWidth, interpolation).data());
  }
  count_pictures(state);
}
BENCHMARK_CAPTURE(resize_ours, bilinear, Interpolation::kBilinear)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(resize_ours, bicubic, Interpolation::kBicubic)->Unit(benchmark::kMicrosecond);

void resize_opencv_area(benchmark::State& state) {
  cv::setNumThreads(1);
  cv::Mat image(kHeight, kWidth, CV_8UC3);
  fill(image.data, image.total() * image.elemSize());
  for (auto _ : state) {
    cv::Mat result;  // allocated every time, as ours is
    cv::resize(image, result, {kNewWidth, kNewHeight}, 0, 0, cv::INTER_AREA);
    benchmark::DoNotOptimize(result.data);
  }
  count_pictures(state);
}
BENCHMARK(resize_opencv_area)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace splitbench

BENCHMARK_MAIN();
