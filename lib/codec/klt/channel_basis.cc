#include "codec/klt/channel_basis.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace splitbench::klt {
namespace {

// How far the matrices of a band are drawn towards those of all frequencies, and the Fisher matrix
// towards its diagonal and towards the identity.
constexpr double kOverallFisher = 0.3;
constexpr double kOverallCovariance = 0.1;
constexpr double kDiagonalFisher = 0.03;
constexpr double kIdentityFisher = 1e-4;
// How much of a band's Fisher information is taken as the overall one: what is known to second
// order only must not count as nothing.
constexpr double kOverallLevel = 0.1;
// Components of smaller standard deviation are left out.
constexpr double kLeastSpread = 1.0 / 128;

// a and b as shapes of trace 1, mixed; b alone where a is nothing beside it.
Matrix mixed_shape(const Matrix& a, const Matrix& b, double share_of_b) {
  constexpr double kNothing = 1e-12;
  const Matrix shape = b / b.trace();
  if (!(a.trace() > kNothing * b.trace())) return shape;
  return (1 - share_of_b) * a / a.trace() + share_of_b * shape;
}

Matrix band_fisher(const Matrix& band, const Matrix& overall) {
  Matrix fisher = mixed_shape(band, overall, kOverallFisher);
  fisher *= (1 - kOverallLevel) * band.trace() + kOverallLevel * overall.trace();
  const Matrix diagonal = fisher.diagonal().asDiagonal();
  fisher += kDiagonalFisher * (diagonal - fisher);
  fisher.diagonal().array() +=
      kIdentityFisher * fisher.trace() / static_cast<double>(fisher.rows());
  return fisher;
}

Matrix band_covariance(const Matrix& band, const Matrix& overall) {
  return mixed_shape(band, overall, kOverallCovariance) * band.trace();
}

ChannelBasis to_basis(const Matrix& analysis, const Matrix& synthesis, std::size_t rank) {
  ChannelBasis basis;
  basis.rank = rank;
  for (Eigen::Index k = 0; k < static_cast<Eigen::Index>(rank); ++k) {
    for (Eigen::Index c = 0; c < analysis.cols(); ++c) {
      basis.analysis.push_back(static_cast<float>(analysis(k, c)));
      basis.synthesis.push_back(static_cast<float>(synthesis(c, k)));
    }
  }
  return basis;
}

// `root`, `inverse_root`: of the weights.
ChannelBasis weighted_basis(const Matrix& covariance, const Matrix& root,
                            const Matrix& inverse_root) {
  const Matrix weighted = root * covariance * root;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(weighted);
  // Eigenvalues ascend.
  const Matrix vectors = solver.eigenvectors().rowwise().reverse();
  const Eigen::VectorXd variances = solver.eigenvalues().reverse();
  std::size_t rank = 0;
  while (rank < static_cast<std::size_t>(variances.size()) &&
         variances[static_cast<Eigen::Index>(rank)] > kLeastSpread * kLeastSpread) {
    ++rank;
  }
  return to_basis(vectors.transpose() * root, inverse_root * vectors, rank);
}

}  // namespace

std::array<ChannelBasis, kBands> channel_bases(const ChannelStatistics& statistics,
                                               std::size_t elements) {
  std::array<ChannelBasis, kBands> bases;
  const Eigen::Index channels = statistics.overall_covariance.rows();
  const double variance = statistics.overall_covariance.trace() / static_cast<double>(channels);
  if (!(variance > 0)) return bases;  // constant: the mean says it all
  for (std::size_t band = 0; band < kBands; ++band) {
    const Matrix& own = statistics.covariance[band];
    if (!(own.trace() > 0)) continue;
    const Matrix covariance = band_covariance(own, statistics.overall_covariance);
    if (statistics.weighted) {
      const Matrix fisher = static_cast<double>(elements) *
                            band_fisher(statistics.fisher[band], statistics.overall_fisher);
      const Eigen::SelfAdjointEigenSolver<Matrix> solver(fisher);
      bases[band] =
          weighted_basis(covariance, solver.operatorSqrt(), solver.operatorInverseSqrt());
    } else {
      const Matrix identity = Matrix::Identity(channels, channels);
      bases[band] = weighted_basis(covariance, identity / std::sqrt(variance),
                                   identity * std::sqrt(variance));
    }
  }
  return bases;
}

}  // namespace splitbench::klt
