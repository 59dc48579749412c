// Races over sweeps as they were really measured, against measuring every cell on every image.
//
// The cells of the reference sweeps say for each image whether it was answered rightly. Images are
// drawn from these with replacement, as many as there are to be; payloads, of which only a summary
// is kept, are log-normal with its mean and spread, and go up and down together from image to
// image. Counters: saving, how many times fewer tails are run; remain, the cells that see every
// image; kept, the share of races that kept their promise. The time is that of the decisions.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "core/cell.h"
#include "core/race.h"
#include "io/cells_file.h"
#include "support/synthetic_sweep.h"

namespace splitbench {
namespace {

constexpr int kSeeds = 5;
constexpr double kTogether = 0.9;  // correlation of the log payloads of an image

constexpr char kFashion[] = "2026-11-21-codecs/fashion-resnet";
constexpr char kMobileNet[] = "2026-11-21-mobilenet-v2/codecs-at-blocks";

std::vector<Cell> measured_cells(const std::string& sweep) {
  std::vector<Cell> cells =
      read_cells(SPLITBENCH_SOURCE_DIR "/results/reference/" + sweep + "/cells.jsonl", nullptr);
  cells.erase(std::remove_if(cells.begin(), cells.end(),
                             [](const Cell& cell) {
                               return cell.status != CellStatus::kOk || cell.key.codec == "none";
                             }),
              cells.end());
  return cells;
}

bool is_right(const Cell& cell, std::size_t image) {
  return (cell.correct_bits[image / 8] >> (image % 8) & 1) != 0;
}

SyntheticSweep resampled(const std::vector<Cell>& cells, std::size_t images, bool by_split,
                         std::uint64_t seed) {
  Rng rng(seed);
  const std::size_t measured = cells.front().key.images;
  std::vector<std::size_t> drawn;
  std::vector<double> detail;
  SyntheticSweep sweep;
  for (std::size_t i = 0; i < images; ++i) {
    drawn.push_back(rng.below(measured));
    detail.push_back(normal(rng));
    const bool solved = is_right(cells.front(), drawn.back());
    sweep.images.push_back({solved, solved ? 1 : 0});
  }
  for (const Cell& cell : cells) {
    const double spread =
        std::log(std::max(cell.payload_bytes.p95 / cell.payload_bytes.p50, 1.0)) / 1.645;
    RaceResults results;
    for (std::size_t i = 0; i < images; ++i) {
      const double own = std::sqrt(1 - kTogether * kTogether) * normal(rng);
      const double payload = cell.payload_bytes.mean *
                             std::exp(spread * (kTogether * detail[i] + own) - spread * spread / 2);
      results.correct.push_back(is_right(cell, drawn[i]) ? 1 : 0);
      results.payload_bytes.push_back(std::round(payload));
    }
    sweep.cells.push_back(std::move(results));
    sweep.groups.push_back(by_split ? cell.key.split : "");
  }
  return sweep;
}

void race_of(benchmark::State& state, const std::string& name, bool by_split) {
  const auto images = static_cast<std::size_t>(state.range(0));
  const RaceSettings settings{0.05, default_race_margin(images)};
  const std::vector<Cell> cells = measured_cells(name);
  double executions = 0, remain = 0, kept = 0, races = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::uint64_t seed = static_cast<std::uint64_t>(races) % kSeeds;
    const SyntheticSweep sweep = resampled(cells, images, by_split, seed);
    state.ResumeTiming();
    const RacedSweep raced = race(sweep, settings, seed);
    ++races;
    executions += static_cast<double>(raced.executions);
    remain += static_cast<double>(std::count(raced.remains.begin(), raced.remains.end(), true));
    kept += keeps_the_promise(sweep, raced, settings.margin) ? 1 : 0;
  }
  state.counters["saving"] = static_cast<double>(images * cells.size()) * races / executions;
  state.counters["cells"] = static_cast<double>(cells.size());
  state.counters["remain"] = remain / races;
  state.counters["kept"] = kept / races;
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(500)->Arg(2500)->Arg(10000)->Iterations(kSeeds)->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(race_of, fashion_resnet, kFashion, false)->Apply(sizes);
BENCHMARK_CAPTURE(race_of, fashion_resnet_by_split, kFashion, true)->Apply(sizes);
BENCHMARK_CAPTURE(race_of, mobilenet_v2, kMobileNet, false)->Apply(sizes);
BENCHMARK_CAPTURE(race_of, mobilenet_v2_by_split, kMobileNet, true)->Apply(sizes);

}  // namespace
}  // namespace splitbench

BENCHMARK_MAIN();
