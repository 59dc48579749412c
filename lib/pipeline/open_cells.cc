#include "pipeline/open_cells.h"

#include <utility>

namespace splitbench {

PointSearchRules point_rules(const SweepSettings& settings, const ModelInfo& info) {
  return {settings.points, info.output.elements()};
}

CellCount count_cells(const std::vector<SweepJob>& jobs, PointSearchRules rules,
                      const KnownCell& known) {
  CellCount count;
  for (const SweepJob& job : jobs) {
    if (job.is_search()) {
      const PointSearchState state = search_points(job, rules, known);
      count.all += state.cells + state.left;
      count.open += state.left;
    } else {
      ++count.all;
      count.open += known(job.key) == nullptr ? 1 : 0;
    }
  }
  return count;
}

std::vector<SweepJob> open_jobs(const std::vector<SweepJob>& jobs, PointSearchRules rules,
                                const KnownCell& known) {
  std::vector<SweepJob> open;
  for (const SweepJob& job : jobs) {
    if (count_cells({job}, rules, known).open != 0) open.push_back(job);
  }
  return open;
}

std::vector<SweepJob> with_failed_points(const std::vector<SweepJob>& jobs,
                                         const std::vector<Cell>& cells,
                                         std::deque<PointCell>& again) {
  std::vector<SweepJob> all;
  for (const SweepJob& job : jobs) {
    all.push_back(job);
    if (!job.is_search()) continue;
    for (PointCell& cell : failed_points(job, cells)) {
      again.push_back(std::move(cell));
      all.push_back({again.back().key, job.split, &again.back().codec});
    }
  }
  return all;
}

}  // namespace splitbench
