#include "codec/disc/mixing_learner.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "codec/fixed_point_matrix.h"

namespace splitbench::disc {
namespace {

using Matrix = Eigen::MatrixXd;

// How much of a coefficient's variance counts, given the variance of what the quantiser adds, 1/12
// of a squared step: the part of it that is coded at 1/2 log2 of their ratio.
constexpr double kNoise = 1.0 / 6;

Matrix sum_of(const LaneMoments& moments, std::size_t lane) {
  const auto channels = static_cast<Eigen::Index>(moments.channels());
  return Eigen::Map<const Matrix>(moments.of(lane).data(), channels, channels);
}

Matrix mean_of(const LaneMoments& moments, std::size_t lane) {
  return sum_of(moments, lane) / std::max(moments.count(lane), 1.0);
}

// The mean outer product of the gradients, with all lanes made alike; drawn to its diagonal where
// there are few samples for so many channels.
Matrix channel_metric(const LaneMoments& gradients, const Importance& lanes, std::size_t samples) {
  const auto channels = static_cast<Eigen::Index>(gradients.channels());
  Matrix metric = Matrix::Zero(channels, channels);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    metric += sum_of(gradients, lane) / (lanes.lanes[lane] * gradients.count());
  }
  const auto size = static_cast<double>(channels);
  const double unknown = size / (size + static_cast<double>(samples));
  const Matrix diagonal = metric.diagonal().asDiagonal();
  metric += unknown * (diagonal - metric);
  metric.diagonal().array() += kLeastImportance * metric.trace() / size;
  return metric;
}

// The weights of lanes, each relative to what is coded of it: large coefficients of low frequencies
// cost as many bits in the mean of channels as the logarithm of their variance, no more.
std::array<double, kLanes> lane_weights(const LaneMoments& values, const Matrix& metric,
                                        const Importance& lanes, double step) {
  std::array<double, kLanes> weights{};
  const auto channels = static_cast<double>(metric.rows());
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const double energy = lanes.lanes[lane] * (metric * mean_of(values, lane)).trace() / channels;
    weights[lane] = lanes.lanes[lane] / (energy / (step * step) + kNoise);
  }
  return weights;
}

// Columns of magnitude 1 at most, as they are shipped.
Matrix shipped(const Matrix& synthesis) {
  std::vector<float> rows;
  for (Eigen::Index c = 0; c < synthesis.rows(); ++c) {
    for (Eigen::Index k = 0; k < synthesis.cols(); ++k) {
      rows.push_back(static_cast<float>(synthesis(c, k) / synthesis.col(k).cwiseAbs().maxCoeff()));
    }
  }
  rows = rounded_matrix(rows, static_cast<std::size_t>(synthesis.rows()), kMixingTop);
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(rows.data(), synthesis.rows(), synthesis.cols()).cast<double>();
}

std::vector<float> to_rows(const Matrix& matrix) {
  std::vector<float> rows;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
      rows.push_back(static_cast<float>(matrix(i, j)));
    }
  }
  return rows;
}

}  // namespace

std::optional<LearntMixing> learn_mixing(const LaneMoments& values, const LaneMoments* gradients,
                                         std::size_t samples, const Importance& apart,
                                         double step) {
  const auto channels = static_cast<Eigen::Index>(values.channels());
  const Matrix identity = Matrix::Identity(channels, channels);
  const Matrix metric =
      gradients == nullptr ? identity : channel_metric(*gradients, apart, samples);
  const Eigen::SelfAdjointEigenSolver<Matrix> metric_solver(metric);
  const Matrix root = metric_solver.operatorSqrt();
  const std::array<double, kLanes> weights = lane_weights(values, metric, apart, step);
  Matrix covariance = Matrix::Zero(channels, channels);
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    covariance += weights[lane] * sum_of(values, lane);
  const Matrix weighted = root * covariance * root;
  if (!weighted.allFinite()) return std::nullopt;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(weighted);
  // Eigenvalues ascend.
  const Matrix vectors = solver.eigenvectors().rowwise().reverse();
  const Matrix synthesis = shipped(metric_solver.operatorInverseSqrt() * vectors);
  const Matrix analysis = synthesis.inverse();
  if (!(analysis.cwiseAbs().maxCoeff() <= kMaxAnalysis)) return std::nullopt;

  LearntMixing learnt{{to_rows(analysis), to_rows(synthesis)}, {{}, apart.lanes}};
  for (Eigen::Index k = 0; k < channels; ++k) {
    learnt.importance.channels.push_back(synthesis.col(k).dot(metric * synthesis.col(k)));
  }
  return learnt;
}

}  // namespace splitbench::disc
