#include "codec/klt/channel_basis.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace splitbench::klt {
namespace {

using Matrix = Eigen::MatrixXd;

// How far the Fisher matrix of a band is drawn towards that of all frequencies at least.
constexpr double kOverallFisher = 0.3;
// The identity's part in the Fisher matrix, where nothing is known of the channels.
constexpr double kIdentityFisher = 2;
// Where more than this is unknown, only the diagonal of the Fisher matrix is used.
constexpr double kMostlyUnknown = 0.3;
// How much of a band's Fisher information is taken as the overall one: what is known to second
// order only must not count as nothing.
constexpr double kOverallLevel = 0.1;
// Components of smaller standard deviation are left out.
constexpr double kLeastSpread = 1.0 / 128;
// Tensors of less variance count as constant.
constexpr double kLeastVariance = 1e-30;

// a and b as shapes of trace 1, mixed; b alone where a is nothing beside it.
Matrix mixed_shape(const Matrix& a, const Matrix& b, double share_of_b) {
  constexpr double kNothing = 1e-12;
  if (!(b.trace() > 0)) return Matrix::Zero(b.rows(), b.cols());
  const Matrix shape = b / b.trace();
  if (!(a.trace() > kNothing * b.trace())) return shape;
  return (1 - share_of_b) * a / a.trace() + share_of_b * shape;
}

Matrix drawn_to_diagonal(const Matrix& matrix, double share) {
  const Matrix diagonal = matrix.diagonal().asDiagonal();
  return matrix + share * (diagonal - matrix);
}

// How much of a matrix of that many channels a mean over `count` outer products leaves open: of n
// vectors no more than n directions are known.
double unknown_share(Eigen::Index channels, double count) {
  const auto size = static_cast<double>(channels);
  return size / (size + count);
}

double mixed_level(double band, double overall) {
  return (1 - kOverallLevel) * band + kOverallLevel * overall;
}

// `unknown`: by the number of images. `level`: of a channel's Fisher information, in all groups.
Matrix band_fisher(const Matrix& band, const Matrix& overall, double unknown, double level) {
  Matrix fisher = mixed_shape(band, overall, std::max(kOverallFisher, unknown));
  fisher *= mixed_level(band.trace(), overall.trace());
  fisher = drawn_to_diagonal(fisher, unknown);
  fisher.diagonal().array() += kIdentityFisher * unknown * level;
  return fisher;
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

// W^(1/2) and W^(-1/2).
struct Weights {
  Matrix root;
  Matrix inverse_root;
};

Weights equal_weights(Eigen::Index channels, double variance) {
  const Matrix identity = Matrix::Identity(channels, channels);
  return {identity / std::sqrt(variance), identity * std::sqrt(variance)};
}

Weights fisher_weights(const Matrix& fisher, double unknown) {
  if (unknown > kMostlyUnknown) {
    const Eigen::VectorXd roots = fisher.diagonal().cwiseSqrt();
    return {roots.asDiagonal(), roots.cwiseInverse().asDiagonal()};
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(fisher);
  return {solver.operatorSqrt(), solver.operatorInverseSqrt()};
}

ChannelBasis weighted_basis(const Matrix& covariance, const Weights& weights) {
  const Matrix weighted = weights.root * covariance * weights.root;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(weighted);
  // Eigenvalues ascend.
  const Matrix vectors = solver.eigenvectors().rowwise().reverse();
  const Eigen::VectorXd variances = solver.eigenvalues().reverse();
  std::size_t rank = 0;
  while (rank < static_cast<std::size_t>(variances.size()) &&
         variances[static_cast<Eigen::Index>(rank)] > kLeastSpread * kLeastSpread) {
    ++rank;
  }
  return to_basis(vectors.transpose() * weights.root, weights.inverse_root * vectors, rank);
}

// What all groups have in common.
struct Scale {
  double samples = 0;
  double elements = 0;                  // of a tensor
  double variance = 0;                  // of its elements
  std::array<double, kBands> fisher{};  // of a channel in the mean
};

double trace(const SymmetricMatrix& matrix, std::size_t size) {
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += matrix[i * (size + 1)];
  return sum;
}

Scale scale_of(const ChannelStatistics& statistics, const BlockGrid& grid) {
  Scale scale;
  const auto channels = static_cast<double>(grid.channels);
  scale.samples = static_cast<double>(statistics.samples);
  scale.elements = channels * static_cast<double>(grid.plane());
  for (const GroupStatistics& group : statistics.groups) {
    const std::size_t size = group.mean.size();
    scale.variance += trace(group.covariance.overall, size) / channels;
    if (!statistics.weighted) continue;
    const double overall = trace(group.fisher.overall, size);
    for (std::size_t band = 0; band < kBands; ++band) {
      scale.fisher[band] += mixed_level(trace(group.fisher.bands[band], size), overall) / channels;
    }
  }
  return scale;
}

std::array<ChannelBasis, kBands> group_bases(const GroupStatistics& group, bool is_weighted,
                                             const Scale& scale, const BlockGrid& grid) {
  std::array<ChannelBasis, kBands> bases;
  const auto channels = static_cast<Eigen::Index>(group.mean.size());
  const auto matrix = [channels](const SymmetricMatrix& values) {
    return Eigen::Map<const Matrix>(values.data(), channels, channels);
  };
  const double vectors = scale.samples * static_cast<double>(grid.blocks() * grid.block_size());
  const Matrix overall =
      drawn_to_diagonal(matrix(group.covariance.overall), unknown_share(channels, vectors));
  std::array<double, kBands> frequencies{};
  for (const Frequency& frequency : frequency_scan(grid)) frequencies[frequency.band] += 1;
  for (std::size_t band = 0; band < kBands; ++band) {
    const Matrix own = matrix(group.covariance.bands[band]);
    if (!(own.trace() > 0)) continue;
    const double count = scale.samples * static_cast<double>(grid.blocks()) * frequencies[band];
    const Matrix covariance =
        mixed_shape(own, overall, unknown_share(channels, count)) * own.trace();
    Weights weights = equal_weights(channels, scale.variance);
    if (is_weighted) {
      const double unknown = unknown_share(channels, scale.samples);
      const Matrix fisher = band_fisher(matrix(group.fisher.bands[band]),
                                        matrix(group.fisher.overall), unknown, scale.fisher[band]);
      weights = fisher_weights(scale.elements * fisher, unknown);
    }
    bases[band] = weighted_basis(covariance, weights);
  }
  return bases;
}

}  // namespace

std::vector<std::array<ChannelBasis, kBands>> channel_bases(const ChannelStatistics& statistics,
                                                            const BlockGrid& grid) {
  const Scale scale = scale_of(statistics, grid);
  std::vector<std::array<ChannelBasis, kBands>> bases(statistics.groups.size());
  if (!(scale.variance > kLeastVariance)) return bases;  // constant: the mean says it all
  for (std::size_t g = 0; g < bases.size(); ++g) {
    bases[g] = group_bases(statistics.groups[g], statistics.weighted, scale, grid);
  }
  return bases;
}

}  // namespace splitbench::klt
