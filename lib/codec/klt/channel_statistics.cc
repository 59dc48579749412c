#include "codec/klt/channel_statistics.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "codec/affine.h"
#include "codec/klt/lanes.h"

namespace splitbench::klt {
namespace {

// Multiplications that the outer products of one pass may take; beyond, blocks are left out evenly.
constexpr double kWork = 3e10;
// Shares of values at an extreme that tell a clipped tensor (as ReLU leaves it) from any other.
constexpr double kClippedShare = 1e-3;

std::size_t block_stride(const CalibrationSamples& samples, const BlockGrid& grid) {
  const double channels = static_cast<double>(grid.channels);
  const double work = static_cast<double>(samples.size() * grid.blocks() * grid.block_size()) *
                      channels * channels;
  return static_cast<std::size_t>(std::ceil(std::max(1.0, work / kWork)));
}

// The bounds of all values, and how often they are met.
class Range {
 public:
  void add(const float* values, std::size_t count) {
    const AffineRange range = finite_range(values, count);
    update(minimum_, range.minimum, range.minimum < minimum_.value, values, count);
    update(maximum_, range.maximum, range.maximum > maximum_.value, values, count);
    values_ += count;
  }

  // Values beyond these do not occur, or hardly.
  float lower() const { return clipped(minimum_) ? minimum_.value : minimum_.value - width(); }
  float upper() const { return clipped(maximum_) ? maximum_.value : maximum_.value + width(); }

 private:
  struct Extreme {
    float value = 0;
    std::size_t times = 0;
  };

  void update(Extreme& extreme, float candidate, bool beyond, const float* values,
              std::size_t count) const {
    if (values_ == 0 || beyond) {
      extreme = {candidate, 0};
    } else if (candidate != extreme.value) {
      return;
    }
    extreme.times += static_cast<std::size_t>(std::count(values, values + count, candidate));
  }

  bool clipped(const Extreme& extreme) const {
    return minimum_.value < maximum_.value &&
           static_cast<double>(extreme.times) > kClippedShare * static_cast<double>(values_);
  }
  float width() const {
    return std::max(maximum_.value / 2 - minimum_.value / 2, std::fabs(maximum_.value) / 2) * 2;
  }

  Extreme minimum_;
  Extreme maximum_;
  std::size_t values_ = 0;
};

// Shows each tensor's blocks, evenly thinned out, to the moments.
class BlockSampler {
 public:
  BlockSampler(const BlockGrid& grid, std::size_t stride)
      : grid_(grid),
        blocks_(grid, std::vector<float>(grid.channels)),
        stride_(stride),
        buffer_(blocks_.buffer_size()) {}

  void add(const float* tensor, BandMoments& moments) {
    for (std::size_t block = 0; block < grid_.blocks(); ++block) {
      if (seen_++ % stride_ != 0) continue;
      blocks_.forward(tensor, block, {grid_.y.block, grid_.x.block}, buffer_.data());
      moments.add(buffer_.data());
    }
  }

 private:
  BlockGrid grid_;
  BlockTransform blocks_;
  std::size_t stride_;
  std::vector<float> buffer_;
  std::size_t seen_ = 0;
};

void add_fisher(const CalibrationSamples& samples, const BlockGrid& grid, std::size_t stride,
                ChannelStatistics& statistics) {
  BandMoments moments(grid);
  BlockSampler sampler(grid, stride);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::optional<Tensor> gradient = samples.gradient(i);
    if (!gradient) return;
    finite_range(gradient->as<float>(), gradient->elements());
    sampler.add(gradient->as<float>(), moments);
  }
  statistics.overall_fisher = moments.all();
  statistics.weighted = statistics.overall_fisher.trace() > 0;
  for (std::size_t band = 0; band < kBands; ++band) statistics.fisher[band] = moments.band(band);
}

}  // namespace

BandMoments::BandMoments(const BlockGrid& grid)
    : scan_(frequency_scan(grid)),
      lanes_(padded_lanes(grid.channels)),
      width_(grid.x.block),
      lowest_(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(grid.channels))) {
  const auto channels = static_cast<Eigen::Index>(grid.channels);
  for (Matrix& sum : sums_) sum = Matrix::Zero(channels, channels);
}

void BandMoments::add(const float* frequencies) {
  const Eigen::Index channels = lowest_.size();
  for (std::size_t band = 0; band < kBands; ++band) {
    std::vector<const float*> columns;
    for (const Frequency& frequency : scan_) {
      if (frequency.band != band) continue;
      columns.push_back(frequencies + (frequency.v * width_ + frequency.u) * lanes_);
    }
    if (columns.empty()) continue;
    Eigen::MatrixXf vectors(channels, static_cast<Eigen::Index>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      vectors.col(static_cast<Eigen::Index>(i)) =
          Eigen::Map<const Eigen::VectorXf>(columns[i], channels);
    }
    Eigen::MatrixXf product = Eigen::MatrixXf::Zero(channels, channels);
    product.selfadjointView<Eigen::Lower>().rankUpdate(vectors);
    sums_[band].triangularView<Eigen::Lower>() += product.cast<double>();
    counts_[band] += columns.size();
  }
  lowest_ += Eigen::Map<const Eigen::VectorXf>(frequencies, channels).cast<double>();
}

Matrix BandMoments::band(std::size_t band) const {
  Matrix full = sums_[band].selfadjointView<Eigen::Lower>();
  if (counts_[band] > 0) full /= static_cast<double>(counts_[band]);
  return full;
}

Matrix BandMoments::all() const {
  Matrix sum = sums_[0];
  double count = static_cast<double>(counts_[0]);
  for (std::size_t band = 1; band < kBands; ++band) {
    sum += sums_[band];
    count += static_cast<double>(counts_[band]);
  }
  const Matrix full = sum.selfadjointView<Eigen::Lower>();
  return full / count;
}

Eigen::VectorXd BandMoments::mean_of_lowest() const {
  return lowest_ / static_cast<double>(counts_[0]);
}

ChannelStatistics channel_statistics(const CalibrationSamples& samples, const BlockGrid& grid,
                                     bool weighted) {
  const std::size_t stride = block_stride(samples, grid);
  ChannelStatistics statistics;
  BandMoments moments(grid);
  BlockSampler sampler(grid, stride);
  Range range;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor value = samples.value(i);
    range.add(value.as<float>(), value.elements());
    sampler.add(value.as<float>(), moments);
  }
  statistics.minimum = range.lower();
  statistics.maximum = range.upper();

  // Frequency 0 of a block is the mean of its positions times the root of their number.
  const Eigen::VectorXd lowest = moments.mean_of_lowest();
  const double root = std::sqrt(static_cast<double>(grid.block_size()));
  for (const double sum : lowest) statistics.mean.push_back(static_cast<float>(sum / root));
  const Matrix square = lowest * lowest.transpose();
  for (std::size_t band = 0; band < kBands; ++band) {
    statistics.covariance[band] = moments.band(band);
  }
  statistics.covariance[0] -= square;
  statistics.overall_covariance =
      moments.all() - square / static_cast<double>(grid.block_size());
  if (weighted) add_fisher(samples, grid, stride, statistics);
  return statistics;
}

}  // namespace splitbench::klt
