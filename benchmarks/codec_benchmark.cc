// Encoding and decoding of one feature map by every codec that takes it (not those for pictures),
// with default settings, against what one would do without splitbench: send the floats as they are
// (a copy at each end), or through zstd.
//
// `ratio` is the size of the stream to that of the tensor; rates are those of the tensor's bytes.

#include <benchmark/benchmark.h>
#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/rng.h"
#include "codec/registry.h"
#include "codec/stream.h"
#include "run_benchmarks.h"

namespace splitbench {
namespace {

constexpr int kZstdLevel = 3;

// After a ReLU: three quarters are zero, the others anything up to 2.
Tensor sparse_relu() {
  Tensor tensor = Tensor::allocate({DType::kF32, {1, 64, 56, 56}});
  Rng rng(1);
  auto* values = tensor.mutable_as<float>();
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    values[i] = std::max(0.0F, static_cast<float>(rng.uniform() * 8 - 6));
  }
  return tensor;
}

void report(benchmark::State& state, const Tensor& tensor, std::size_t stream_bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(tensor.bytes()));
  state.counters["ratio"] = static_cast<double>(stream_bytes) / static_cast<double>(tensor.bytes());
}

void code_memcpy(benchmark::State& state) {
  const Tensor tensor = sparse_relu();
  Bytes stream(tensor.bytes()), decoded(tensor.bytes());
  for (auto _ : state) {
    std::memcpy(stream.data(), tensor.data(), tensor.bytes());
    benchmark::ClobberMemory();
    std::memcpy(decoded.data(), stream.data(), stream.size());
    benchmark::ClobberMemory();
  }
  report(state, tensor, stream.size());
}

void code_plain_zstd(benchmark::State& state) {
  const Tensor tensor = sparse_relu();
  Bytes stream(ZSTD_compressBound(tensor.bytes())), decoded(tensor.bytes());
  std::size_t stream_bytes = 0;
  for (auto _ : state) {
    stream_bytes =
        ZSTD_compress(stream.data(), stream.size(), tensor.data(), tensor.bytes(), kZstdLevel);
    ZSTD_decompress(decoded.data(), decoded.size(), stream.data(), stream_bytes);
    benchmark::ClobberMemory();
  }
  if (std::memcmp(decoded.data(), tensor.data(), tensor.bytes()) != 0) {
    state.SkipWithError("zstd gave other floats back");
  }
  report(state, tensor, stream_bytes);
}

void code_ours(benchmark::State& state, const ConfiguredCodec& codec, const Boundary& boundary) {
  std::size_t stream_bytes = 0;
  for (auto _ : state) {
    const Bytes stream = encode_boundary(codec, boundary);
    stream_bytes = stream.size();
    benchmark::DoNotOptimize(decode_boundary(codec, stream, {}).front().data());
  }
  report(state, boundary.front(), stream_bytes);
  state.SetLabel(codec.spec);
}

void register_benchmarks() {
  benchmark::RegisterBenchmark("code_memcpy", code_memcpy)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("code_plain_zstd", code_plain_zstd)->Unit(benchmark::kMillisecond);
  const Boundary boundary = {sparse_relu()};
  for (const CodecFactory& factory : codec_factories()) {
    const ConfiguredCodec codec = make_codec({factory.description.name, {}});
    if (!unsupported_reason(codec, spec_of(boundary)).empty()) continue;
    const std::string name = "code_ours/" + factory.description.name;
    benchmark::RegisterBenchmark(name.c_str(), code_ours, codec, boundary)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  return splitbench::run_benchmarks(argc, argv, splitbench::register_benchmarks);
}
