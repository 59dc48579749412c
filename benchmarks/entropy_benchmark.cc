// The entropy coder on adaptive binary decisions and on symbols of a table of 16, with one state
// and with eight that take turns, against what one would take instead for the same symbols: zstd's
// literals (Huffman) and matches at level 1, on one symbol a byte.
//
// `items_per_second` counts decisions or symbols. `bits` is what one costs, `ideal` what the source
// needs (its entropy).

#include <benchmark/benchmark.h>
#include <zstd.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "codec/entropy/rans.h"

namespace splitbench {
namespace {

constexpr std::size_t kCount = std::size_t{1} << 20;
constexpr std::size_t kContexts = 64;  // a power of two
constexpr unsigned kPrecision = 12;
constexpr const char* kWhat = "benchmark stream";

void report(benchmark::State& state, std::size_t stream_bytes, double ideal_bits) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
  state.counters["bits"] = 8.0 * static_cast<double>(stream_bytes) / static_cast<double>(kCount);
  state.counters["ideal"] = ideal_bits;
}

// ---- binary decisions ----

struct Decisions {
  std::vector<std::uint8_t> bits;
  double entropy = 0;
};

// The probability of a one in percent.
Decisions decisions(std::int64_t percent) {
  const double p = static_cast<double>(percent) / 100;
  Decisions source;
  source.entropy = -p * std::log2(p) - (1 - p) * std::log2(1 - p);
  Rng rng(1);
  for (std::size_t i = 0; i < kCount; ++i) {
    source.bits.push_back(static_cast<std::uint8_t>(rng.uniform() < p));
  }
  return source;
}

Bytes encode_decisions(const std::vector<std::uint8_t>& bits) {
  std::vector<AdaptiveBit> models(kContexts);
  std::vector<CodeInterval> intervals(bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) {
    AdaptiveBit& model = models[i % kContexts];
    intervals[i] = model.interval(bits[i] != 0, kPrecision);
    model.update(bits[i] != 0);
  }
  return encode_intervals(intervals.data(), intervals.size(), kPrecision, 1);
}

void decode_decisions(const Bytes& stream, std::vector<std::uint8_t>& bits) {
  std::vector<AdaptiveBit> models(kContexts);
  RansDecoder<kPrecision, 1> decoder(stream, kWhat);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    bits[i] = static_cast<std::uint8_t>(decoder.bit(models[i % kContexts]));
  }
  decoder.finish();
}

void encode_adaptive_bits(benchmark::State& state) {
  const Decisions source = decisions(state.range(0));
  std::size_t stream_bytes = 0;
  for (auto _ : state) stream_bytes = encode_decisions(source.bits).size();
  report(state, stream_bytes, source.entropy);
}

void decode_adaptive_bits(benchmark::State& state) {
  const Decisions source = decisions(state.range(0));
  const Bytes stream = encode_decisions(source.bits);
  std::vector<std::uint8_t> decoded(kCount);
  for (auto _ : state) {
    decode_decisions(stream, decoded);
    benchmark::ClobberMemory();
  }
  if (decoded != source.bits) state.SkipWithError("other decisions came back");
  report(state, stream.size(), source.entropy);
}

// ---- symbols ----

using Table = NibbleTable<kPrecision>;

struct Symbols {
  Bytes symbols;
  std::array<double, kNibbles> counts{};
  double entropy = 0;
};

// Geometric over the alphabet: symbol 0 has `percent` of all, each other the same share of the
// rest.
Symbols geometric_symbols(std::int64_t percent) {
  const double share = static_cast<double>(percent) / 100;
  Symbols source;
  Rng rng(2);
  for (std::size_t i = 0; i < kCount; ++i) {
    std::size_t symbol = 0;
    while (symbol + 1 < kNibbles && rng.uniform() >= share) ++symbol;
    source.symbols.push_back(static_cast<std::uint8_t>(symbol));
    ++source.counts[symbol];
  }
  for (const double count : source.counts) {
    const double p = count / static_cast<double>(kCount);
    if (p > 0) source.entropy -= p * std::log2(p);
  }
  return source;
}

Table table_of(const Symbols& source) {
  return Table(nibble_frequencies(source.counts, kPrecision));
}

Bytes encode_symbols(const Table& table, const Bytes& symbols, std::size_t states) {
  std::vector<CodeInterval> intervals(symbols.size());
  for (std::size_t i = 0; i < symbols.size(); ++i) intervals[i] = table.interval(symbols[i]);
  return encode_intervals(intervals.data(), intervals.size(), kPrecision, states);
}

template <std::size_t kStates>
void encode_table_symbols(benchmark::State& state) {
  const Symbols source = geometric_symbols(state.range(0));
  const Table table = table_of(source);
  std::size_t stream_bytes = 0;
  for (auto _ : state) stream_bytes = encode_symbols(table, source.symbols, kStates).size();
  report(state, stream_bytes, source.entropy);
}

template <std::size_t kStates>
void decode_table_symbols(benchmark::State& state) {
  const Symbols source = geometric_symbols(state.range(0));
  const Table table = table_of(source);
  const Bytes stream = encode_symbols(table, source.symbols, kStates);
  const Bytes numbers(kCount);  // all of the only table
  Bytes decoded(kCount);
  for (auto _ : state) {
    RansDecoder<kPrecision, kStates> decoder(stream, kWhat);
    decoder.symbols(&table, numbers.data(), decoded.data(), kCount);
    decoder.finish();
    benchmark::ClobberMemory();
  }
  if (decoded != source.symbols) state.SkipWithError("other symbols came back");
  report(state, stream.size(), source.entropy);
}

void encode_zstd_symbols(benchmark::State& state) {
  const Symbols source = geometric_symbols(state.range(0));
  Bytes stream(ZSTD_compressBound(kCount));
  std::size_t stream_bytes = 0;
  for (auto _ : state) {
    stream_bytes = ZSTD_compress(stream.data(), stream.size(), source.symbols.data(), kCount, 1);
    benchmark::ClobberMemory();
  }
  report(state, stream_bytes, source.entropy);
}

void decode_zstd_symbols(benchmark::State& state) {
  const Symbols source = geometric_symbols(state.range(0));
  Bytes stream(ZSTD_compressBound(kCount));
  stream.resize(ZSTD_compress(stream.data(), stream.size(), source.symbols.data(), kCount, 1));
  Bytes decoded(kCount);
  for (auto _ : state) {
    ZSTD_decompress(decoded.data(), decoded.size(), stream.data(), stream.size());
    benchmark::ClobberMemory();
  }
  if (decoded != source.symbols) state.SkipWithError("other symbols came back");
  report(state, stream.size(), source.entropy);
}

void percents_of_ones(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("ones_percent")->Arg(2)->Arg(10)->Arg(50)->Unit(benchmark::kMillisecond);
}

void geometric_sources(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("zeros_percent")->Arg(80)->Arg(50)->Arg(20)->Unit(benchmark::kMillisecond);
}

BENCHMARK(encode_adaptive_bits)->Apply(percents_of_ones);
BENCHMARK(decode_adaptive_bits)->Apply(percents_of_ones);
BENCHMARK_TEMPLATE(encode_table_symbols, 1)->Apply(geometric_sources);
BENCHMARK_TEMPLATE(encode_table_symbols, kMaxRansStates)->Apply(geometric_sources);
BENCHMARK(encode_zstd_symbols)->Apply(geometric_sources);
BENCHMARK_TEMPLATE(decode_table_symbols, 1)->Apply(geometric_sources);
BENCHMARK_TEMPLATE(decode_table_symbols, kMaxRansStates)->Apply(geometric_sources);
BENCHMARK(decode_zstd_symbols)->Apply(geometric_sources);

}  // namespace
}  // namespace splitbench

BENCHMARK_MAIN();
