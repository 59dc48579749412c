// A line of cells.jsonl: read in one pass (io/plain_cell), and through a tree of JSON, which is
// what reads every line that is not plainly written.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "io/cells_file.h"
#include "io/plain_cell.h"

namespace splitbench {
namespace {

std::string line_of_500_images() {
  Cell cell;
  cell.key = {std::string(64, 'a'),
              "features.6.conv.2.conv",
              "disc:channels=all:step=0.25",
              "image-list:csv=half-a.csv",
              500,
              0};
  cell.payload_bytes = {3679.4210526315787, 3651, 4102.35, 4417};
  cell.boundary_bytes = 100352;
  cell.ratio = 3679.4210526315787 / 100352;
  cell.encode = {0.00023835100000030307, 0.0002902088499999955};
  cell.decode = {0.0001485125000000309, 0.0001719813499998713};
  cell.accuracy.top1 = 0;
  cell.accuracy.baseline_top1 = 0.908;
  cell.accuracy.loss = PairedLoss{0.908, {0.8890007632988128, 0.9269992367011871}};
  cell.accuracy.mcnemar_p = 1e-12;
  cell.accuracy.images = 500;
  cell.correct_bits.assign(63, 0);
  return cell_line(cell);
}

void one_pass(benchmark::State& state) {
  const std::string line = line_of_500_images();
  for (auto _ : state) benchmark::DoNotOptimize(plain_cell(line));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}
BENCHMARK(one_pass);

void through_a_tree(benchmark::State& state) {
  const std::string line = line_of_500_images();
  for (auto _ : state) benchmark::DoNotOptimize(parse_cell_line(line, "line 1"));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}
BENCHMARK(through_a_tree);

}  // namespace
}  // namespace splitbench

BENCHMARK_MAIN();
