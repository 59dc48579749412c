#include "codec/disc/lane_moments.h"

#include <Eigen/Core>
#include <numeric>

#include "codec/disc/sample_blocks.h"

namespace splitbench::disc {

LaneMoments::LaneMoments(const FeatureMaps& maps, bool transformed)
    : maps_(maps), transformed_(transformed) {
  for (std::vector<double>& sum : sums_) sum.resize(maps.channels * maps.channels);
}

void LaneMoments::add(const Tensor& tensor, const std::vector<double>& means) {
  const auto channels = static_cast<Eigen::Index>(maps_.channels);
  const auto blocks = static_cast<Eigen::Index>(maps_.grid.blocks());
  // Of each lane, [channel][block]; 0 where a block does not have the lane, which adds nothing.
  std::array<Eigen::MatrixXf, kLanes> coefficients;
  for (Eigen::MatrixXf& lane : coefficients) lane = Eigen::MatrixXf::Zero(channels, blocks);
  for_each_sample_block(maps_, transformed_, tensor, means, [&](const SampleBlock& block) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!block.holds(lane)) continue;
      coefficients[lane](static_cast<Eigen::Index>(block.channel),
                         static_cast<Eigen::Index>(block.number)) =
          static_cast<float>(block.coefficient(lane));
      if (block.channel == 0) counts_[lane] += 1;
    }
  });
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    Eigen::Map<Eigen::MatrixXd>(sums_[lane].data(), channels, channels) +=
        (coefficients[lane] * coefficients[lane].transpose()).cast<double>();
  }
}

double LaneMoments::count() const { return std::accumulate(counts_.begin(), counts_.end(), 0.0); }

}  // namespace splitbench::disc
