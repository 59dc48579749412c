#include "codec/klt/channel_statistics.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

#include "base/error.h"
#include "codec/affine.h"
#include "codec/klt/block_stride.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/lanes.h"

namespace splitbench::klt {
namespace {

// Shares of values at an extreme that tell a clipped tensor (as ReLU leaves it) from any other.
constexpr double kClippedShare = 1e-3;
// Squares of larger numbers, and inverses of smaller variances, leave float's range.
constexpr float kMaxMagnitude = 1e15F;
constexpr double kLeastVariance = 1e-30;

using Matrix = Eigen::MatrixXd;

AffineRange moderate_range(const Tensor& tensor) {
  const AffineRange range = finite_range(tensor.as<float>(), tensor.elements());
  if (std::max(-range.minimum, range.maximum) > kMaxMagnitude) {
    throw bad_input("codec klt: a calibration sample or gradient reaches beyond 1e15");
  }
  return range;
}

// The bounds of all values, and how often they are met.
class Range {
 public:
  void add(const Tensor& tensor) {
    const float* values = tensor.as<float>();
    const std::size_t count = tensor.elements();
    const AffineRange range = moderate_range(tensor);
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
    return minimum_.value<maximum_.value&& static_cast<double>(extreme.times)> kClippedShare *
           static_cast<double>(values_);
  }
  float width() const {
    return std::max(maximum_.value - minimum_.value, std::fabs(maximum_.value));
  }

  Extreme minimum_;
  Extreme maximum_;
  std::size_t values_ = 0;
};

// Sums of outer products of a group's channel vectors, one for each frequency of a band and block.
class BandMoments {
 public:
  BandMoments(const BlockGrid& grid, std::size_t channels)
      : scan_(frequency_scan(grid)),
        lanes_(padded_lanes(channels)),
        width_(grid.x.block),
        lowest_(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(channels))) {
    for (Matrix& sum : sums_) sum = Matrix::Zero(lowest_.size(), lowest_.size());
  }

  // `frequencies`: a block as BlockTransform leaves it.
  void add(const float* frequencies) {
    for (std::size_t band = 0; band < kBands; ++band) {
      std::vector<const float*> columns;
      for (const Frequency& frequency : scan_) {
        if (frequency.band != band) continue;
        columns.push_back(frequencies + (frequency.v * width_ + frequency.u) * lanes_);
      }
      if (!columns.empty()) add(band, columns);
    }
    lowest_ += Eigen::Map<const Eigen::VectorXf>(frequencies, lowest_.size()).cast<double>();
  }

  // The mean outer product in a band, and over all of them.
  Matrix band(std::size_t band) const {
    Matrix full = sums_[band].selfadjointView<Eigen::Lower>();
    if (counts_[band] > 0) full /= static_cast<double>(counts_[band]);
    return full;
  }
  Matrix overall() const {
    Matrix sum = Matrix::Zero(lowest_.size(), lowest_.size());
    std::size_t count = 0;
    for (std::size_t band = 0; band < kBands; ++band) {
      sum += sums_[band];
      count += counts_[band];
    }
    const Matrix full = sum.selfadjointView<Eigen::Lower>();
    return full / static_cast<double>(count);
  }
  // Of frequency 0.
  Eigen::VectorXd mean_of_lowest() const { return lowest_ / static_cast<double>(counts_[0]); }

 private:
  void add(std::size_t band, const std::vector<const float*>& columns) {
    const Eigen::Index channels = lowest_.size();
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

  std::vector<Frequency> scan_;
  std::size_t lanes_;
  std::size_t width_;
  std::array<std::size_t, kBands> counts_{};
  std::array<Matrix, kBands> sums_;
  Eigen::VectorXd lowest_;
};

// The moments of every group, from tensors' blocks, evenly thinned out.
class TensorMoments {
 public:
  TensorMoments(const BlockGrid& grid, std::size_t stride) : grid_(grid), stride_(stride) {
    for (const ChannelGroup& channels : channel_groups(grid.channels)) {
      groups_.push_back({BlockTransform(grid, channels, std::vector<float>(channels.size())),
                         BandMoments(grid, channels.size())});
      buffer_.resize(std::max(buffer_.size(), groups_.back().blocks.buffer_size()));
    }
  }

  void add(const float* tensor) {
    for (std::size_t block = 0; block < grid_.blocks(); ++block) {
      if (seen_++ % stride_ != 0) continue;
      for (Group& group : groups_) {
        group.blocks.forward(tensor, block, {grid_.y.block, grid_.x.block}, buffer_.data());
        group.moments.add(buffer_.data());
      }
    }
  }

  const BandMoments& of_group(std::size_t group) const { return groups_[group].moments; }
  std::size_t groups() const { return groups_.size(); }

 private:
  struct Group {
    BlockTransform blocks;
    BandMoments moments;
  };

  BlockGrid grid_;
  std::size_t stride_;
  std::vector<Group> groups_;
  std::vector<float> buffer_;
  std::size_t seen_ = 0;
};

SymmetricMatrix to_values(const Matrix& matrix) {
  return SymmetricMatrix(matrix.data(), matrix.data() + matrix.size());
}

BandMatrices to_matrices(const BandMoments& moments) {
  BandMatrices matrices;
  for (std::size_t band = 0; band < kBands; ++band) {
    matrices.bands[band] = to_values(moments.band(band));
  }
  matrices.overall = to_values(moments.overall());
  return matrices;
}

void add_fisher(const CalibrationSamples& samples, const BlockGrid& grid, std::size_t stride,
                ChannelStatistics& statistics) {
  TensorMoments moments(grid, stride);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::optional<Tensor> gradient = samples.gradient(i);
    if (!gradient) return;
    moderate_range(*gradient);
    moments.add(gradient->as<float>());
  }
  for (std::size_t g = 0; g < moments.groups(); ++g) {
    const BandMoments& of_group = moments.of_group(g);
    statistics.groups[g].fisher = to_matrices(of_group);
    statistics.weighted = statistics.weighted || of_group.overall().trace() > kLeastVariance;
  }
}

// What the mean adds to the moments: frequency 0 of a block is the mean of its positions times the
// root of their number.
void remove_mean(const Eigen::VectorXd& lowest, const BlockGrid& grid, GroupStatistics& group) {
  const double root = std::sqrt(static_cast<double>(grid.block_size()));
  for (const double sum : lowest) group.mean.push_back(static_cast<float>(sum / root));
  const Matrix square = lowest * lowest.transpose();
  const auto subtract = [&square](SymmetricMatrix& from, double times) {
    Eigen::Map<Matrix>(from.data(), square.rows(), square.cols()) -= times * square;
  };
  subtract(group.covariance.bands[0], 1);
  subtract(group.covariance.overall, 1 / static_cast<double>(grid.block_size()));
}

}  // namespace

ChannelStatistics channel_statistics(const CalibrationSamples& samples, const BlockGrid& grid,
                                     bool weighted) {
  const std::size_t stride = block_stride(samples.size(), grid);
  ChannelStatistics statistics;
  statistics.samples = samples.size();
  TensorMoments moments(grid, stride);
  Range range;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor value = samples.value(i);
    range.add(value);
    moments.add(value.as<float>());
  }
  statistics.range = {range.lower(), range.upper()};
  for (std::size_t g = 0; g < moments.groups(); ++g) {
    statistics.groups.emplace_back();
    statistics.groups.back().covariance = to_matrices(moments.of_group(g));
    remove_mean(moments.of_group(g).mean_of_lowest(), grid, statistics.groups.back());
  }
  if (weighted) add_fisher(samples, grid, stride, statistics);
  return statistics;
}

}  // namespace splitbench::klt
