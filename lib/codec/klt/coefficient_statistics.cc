#include "codec/klt/coefficient_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/klt/block_stride.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/channel_transform.h"
#include "codec/klt/log_scale.h"

namespace splitbench::klt {
namespace {

// Of a group: [frequency of the scan][component].
using Table = std::vector<std::vector<double>>;

// How much of a coefficient's Fisher information is its own, and how much is taken to be that of
// its frequency times that of its component; the rest is the mean of the band.
constexpr double kOwnShare = 0.45;
constexpr double kSeparableShare = 0.45;
constexpr int kGainLimit = 127;
constexpr int kSpreadLimit = 255;

using Bases = std::array<ChannelBasis, kBands>;

// The mean squares of a group's coefficients in the given bases.
class GroupEnergy {
 public:
  GroupEnergy(const BlockGrid& grid, const ChannelGroup& channels, const std::vector<float>& mean,
              const Bases& bases)
      : grid_(grid), scan_(frequency_scan(grid)), blocks_(grid, channels, mean) {
    for (const ChannelBasis& basis : bases) bands_.emplace_back(basis, channels.size());
    for (const Frequency& frequency : scan_) sums_.emplace_back(bands_[frequency.band].rank());
  }

  std::size_t buffer_size() const { return blocks_.buffer_size(); }

  void add(const float* tensor, std::size_t block, float* buffer) {
    std::array<float, kMaxGroupChannels> components;
    blocks_.forward(tensor, block, {grid_.y.block, grid_.x.block}, buffer);
    ++count_;
    for (std::size_t f = 0; f < scan_.size(); ++f) {
      const ChannelTransform& band = bands_[scan_[f].band];
      band.forward(buffer + blocks_.offset(scan_[f]), band.rank(), components.data());
      for (std::size_t k = 0; k < band.rank(); ++k) {
        sums_[f][k] += static_cast<double>(components[k]) * components[k];
      }
    }
  }

  Table mean() const {
    Table table = sums_;
    for (auto& row : table) {
      for (double& sum : row) sum /= static_cast<double>(count_);
    }
    return table;
  }

 private:
  BlockGrid grid_;
  std::vector<Frequency> scan_;
  BlockTransform blocks_;
  std::vector<ChannelTransform> bands_;
  Table sums_;
  std::size_t count_ = 0;
};

// Of all groups.
class Energy {
 public:
  Energy(const BlockGrid& grid, std::size_t samples)
      : grid_(grid), stride_(block_stride(samples, grid)) {}

  void add_group(const ChannelGroup& channels, const std::vector<float>& mean, const Bases& bases) {
    groups_.emplace_back(grid_, channels, mean, bases);
    buffer_.resize(std::max(buffer_.size(), groups_.back().buffer_size()));
  }

  void add(const float* tensor) {
    for (std::size_t block = 0; block < grid_.blocks(); ++block) {
      if (seen_++ % stride_ != 0) continue;
      for (GroupEnergy& group : groups_) group.add(tensor, block, buffer_.data());
    }
  }

  std::vector<Table> means() const {
    std::vector<Table> tables;
    for (const GroupEnergy& group : groups_) tables.push_back(group.mean());
    return tables;
  }

 private:
  BlockGrid grid_;
  std::size_t stride_;
  std::vector<GroupEnergy> groups_;
  std::vector<float> buffer_;
  std::size_t seen_ = 0;
};

std::vector<Table> value_energy(const CalibrationSamples& samples, const BlockGrid& grid,
                                const Parameters& parameters) {
  Energy energy(grid, samples.size());
  const std::vector<ChannelGroup> channels = channel_groups(grid.channels);
  for (std::size_t g = 0; g < channels.size(); ++g) {
    energy.add_group(channels[g], parameters.groups[g].mean, parameters.groups[g].bases);
  }
  for (std::size_t i = 0; i < samples.size(); ++i) energy.add(samples.value(i).as<float>());
  return energy.means();
}

// Of the gradients with respect to the coefficients: those of x are synthesis^T times them.
std::vector<Table> gradient_energy(const CalibrationSamples& samples, const BlockGrid& grid,
                                   const Parameters& parameters) {
  Energy energy(grid, samples.size());
  const std::vector<ChannelGroup> channels = channel_groups(grid.channels);
  for (std::size_t g = 0; g < channels.size(); ++g) {
    Bases dual = parameters.groups[g].bases;
    for (ChannelBasis& basis : dual) basis.analysis = basis.synthesis;
    energy.add_group(channels[g], std::vector<float>(channels[g].size()), dual);
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    energy.add(samples.gradient(i).value().as<float>());
  }
  return energy.means();
}

// Replaces the energies of a band by gains of mean square 1: the root of each relative to the
// band's mean, smoothed.
void to_gains(Table& energy, const std::vector<Frequency>& scan, std::size_t band) {
  std::vector<std::size_t> members;
  for (std::size_t f = 0; f < scan.size(); ++f) {
    if (scan[f].band == band && !energy[f].empty()) members.push_back(f);
  }
  if (members.empty()) return;
  const std::size_t rank = energy[members.front()].size();
  std::vector<double> of_component(rank);
  std::vector<double> of_frequency;
  double mean = 0;
  for (const std::size_t f : members) {
    double sum = 0;
    for (std::size_t k = 0; k < rank; ++k) {
      of_component[k] += energy[f][k] / static_cast<double>(members.size());
      sum += energy[f][k];
    }
    of_frequency.push_back(sum / static_cast<double>(rank));
    mean += of_frequency.back() / static_cast<double>(members.size());
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t k = 0; k < rank; ++k) {
      double& value = energy[members[i]][k];
      if (mean > 0) {
        value = kOwnShare * value / mean +
                kSeparableShare * (of_frequency[i] / mean) * (of_component[k] / mean) +
                (1 - kOwnShare - kSeparableShare);
      } else {
        value = 1;
      }
      value = std::sqrt(value);
    }
  }
}

CoefficientPrior to_prior(double variance, double gain) {
  CoefficientPrior prior;
  const int gain_log = static_cast<int>(std::lround(kEighths * std::log2(gain)));
  prior.gain = static_cast<std::int8_t>(std::clamp(gain_log, -kGainLimit, kGainLimit));
  if (!(variance > 0)) return prior;
  const double spread = kEighths * std::log2(std::sqrt(variance)) + prior.gain;
  const long level = std::lround(spread) + kSpreadOffset;
  prior.spread = static_cast<std::uint8_t>(std::clamp(level, 0L, long{kSpreadLimit}));
  return prior;
}

void set_priors(const Table& energy, const Table& gains, GroupParameters& group) {
  group.priors.clear();
  for (std::size_t f = 0; f < energy.size(); ++f) {
    group.priors.emplace_back();
    for (std::size_t k = 0; k < energy[f].size(); ++k) {
      group.priors.back().push_back(to_prior(energy[f][k], gains[f][k]));
    }
  }
}

}  // namespace

void measure_coefficients(const CalibrationSamples& samples, const BlockGrid& grid,
                          Parameters& parameters) {
  const std::vector<Table> energies = value_energy(samples, grid, parameters);
  std::vector<Table> gains = energies;
  for (Table& table : gains) {
    for (auto& row : table) std::fill(row.begin(), row.end(), 1.0);
  }
  if (parameters.weighted) {
    gains = gradient_energy(samples, grid, parameters);
    const std::vector<Frequency> scan = frequency_scan(grid);
    for (Table& table : gains) {
      for (std::size_t band = 0; band < kBands; ++band) to_gains(table, scan, band);
    }
  }
  for (std::size_t g = 0; g < energies.size(); ++g) {
    set_priors(energies[g], gains[g], parameters.groups[g]);
  }
}

}  // namespace splitbench::klt
