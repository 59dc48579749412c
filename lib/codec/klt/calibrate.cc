#include "codec/klt/calibrate.h"

#include <algorithm>

#include "codec/klt/channel_basis.h"
#include "codec/klt/channel_statistics.h"
#include "codec/klt/coefficient_statistics.h"
#include "codec/klt/level_model.h"
#include "codec/klt/level_statistics.h"

namespace splitbench::klt {
namespace {

// At the finest step anyone would ask for.
constexpr double kFinestStep = 0.1;

// Leaves out the components that not even the finest step would code.
void drop_unused_components(const std::vector<Frequency>& scan, GroupParameters& group) {
  const StepIndex finest = nearest_step(kFinestStep);
  std::array<std::size_t, kBands> ranks{};
  for (std::size_t f = 0; f < scan.size(); ++f) {
    for (std::size_t k = 0; k < group.priors[f].size(); ++k) {
      const CoefficientPrior prior = group.priors[f][k];
      const bool used = prior.spread > 0 && spread_class(prior, finest) >= 0;
      if (used) ranks[scan[f].band] = std::max(ranks[scan[f].band], k + 1);
    }
  }
  for (std::size_t f = 0; f < scan.size(); ++f) group.priors[f].resize(ranks[scan[f].band]);
  for (std::size_t band = 0; band < kBands; ++band) {
    ChannelBasis& basis = group.bases[band];
    basis.rank = ranks[band];
    basis.analysis.resize(basis.rank * group.mean.size());
    basis.synthesis.resize(basis.rank * group.mean.size());
  }
}

}  // namespace

Parameters calibrate(const CalibrationSamples& samples, const BlockGrid& grid, bool weighted) {
  Parameters parameters;
  {
    const ChannelStatistics statistics = channel_statistics(samples, grid, weighted);
    const auto bases = channel_bases(statistics, grid);
    parameters.weighted = statistics.weighted;
    parameters.range = statistics.range;
    for (std::size_t g = 0; g < bases.size(); ++g) {
      parameters.groups.push_back({statistics.groups[g].mean, bases[g], {}});
    }
  }
  measure_coefficients(samples, grid, parameters);
  const std::vector<Frequency> scan = frequency_scan(grid);
  for (GroupParameters& group : parameters.groups) drop_unused_components(scan, group);
  parameters.tables = learn_level_tables(samples, grid, parameters);
  return parameters;
}

}  // namespace splitbench::klt
