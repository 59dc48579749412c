#include "codec/channel_order.h"

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "codec/affine.h"

namespace splitbench {
namespace {

constexpr int kMaxRounds = 10;

// d(a, b) of channel_order.h, for neighbours side by side and for those one above the other.
struct BorderDifference {
  Eigen::MatrixXf beside;
  Eigen::MatrixXf above;
};

// Pixels of a channel's two opposite borders, in units of the sample's range: one column of
// `borders` a channel.
struct Borders {
  Eigen::MatrixXf beside;  // left, then right
  Eigen::MatrixXf above;   // top, then bottom
};

void read_borders(const Mosaic& mosaic, const float* values, AffineRange range, Borders& borders) {
  // In halves, because the width of the widest range is no float32.
  const float low = range.minimum / 2;
  const float unit = range.maximum / 2 - low;
  const auto level = [low, unit](float value) { return (value / 2 - low) / unit; };
  const std::size_t height = mosaic.tile_height;
  const std::size_t width = mosaic.tile_width;
  for (std::size_t channel = 0; channel < mosaic.channels; ++channel) {
    const float* map = values + channel * height * width;
    float* beside = borders.beside.col(static_cast<Eigen::Index>(channel)).data();
    for (std::size_t y = 0; y < height; ++y) {
      beside[y] = level(map[y * width]);
      beside[height + y] = level(map[(y + 1) * width - 1]);
    }
    float* above = borders.above.col(static_cast<Eigen::Index>(channel)).data();
    for (std::size_t x = 0; x < width; ++x) {
      above[x] = level(map[x]);
      above[width + x] = level(map[(height - 1) * width + x]);
    }
  }
}

// |a|^2 + |b|^2 - 2 a.b for all pairs of channels, of which the diagonal holds |a|^2.
Eigen::MatrixXf squared_differences(const Eigen::MatrixXf& products) {
  const Eigen::VectorXf norms = products.diagonal();
  Eigen::MatrixXf differences = -2 * products;
  differences.colwise() += norms;
  differences.rowwise() += norms.transpose();
  return differences;
}

BorderDifference border_difference(const Mosaic& mosaic, const CalibrationSamples& samples) {
  const auto channels = static_cast<Eigen::Index>(mosaic.channels);
  Borders borders;
  borders.beside.resize(static_cast<Eigen::Index>(2 * mosaic.tile_height), channels);
  borders.above.resize(static_cast<Eigen::Index>(2 * mosaic.tile_width), channels);
  Eigen::MatrixXf beside = Eigen::MatrixXf::Zero(channels, channels);
  Eigen::MatrixXf above = beside;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor sample = samples.value(i);
    const AffineRange range = finite_range(sample.as<float>(), sample.elements());
    // A constant sample has no preference; nor has one whose range is too small to be halved.
    if (range.maximum / 2 == range.minimum / 2) continue;
    read_borders(mosaic, sample.as<float>(), range, borders);
    beside.noalias() += borders.beside.transpose() * borders.beside;
    above.noalias() += borders.above.transpose() * borders.above;
  }
  // Means, so that the two directions weigh the same whatever the shape of a tile.
  return {squared_differences(beside) / static_cast<float>(mosaic.tile_height),
          squared_differences(above) / static_cast<float>(mosaic.tile_width)};
}

// Fills the places of a mosaic, and improves on it by exchanges.
class OrderSearch {
 public:
  OrderSearch(const Mosaic& mosaic, BorderDifference difference)
      : columns_(mosaic.columns), difference_(std::move(difference)), order_(mosaic.channels) {}

  ChannelOrder run() {
    fill();
    for (int round = 0; round < kMaxRounds && exchange_pairs(); ++round) {
    }
    return order_;
  }

 private:
  float beside(std::size_t a, std::size_t b) const {
    return difference_.beside(order_[a], order_[b]);
  }
  float above(std::size_t a, std::size_t b) const {
    return difference_.above(order_[a], order_[b]);
  }

  float cost_before(std::size_t place) const {
    float cost = 0;
    if (place % columns_ > 0) cost += beside(place - 1, place);
    if (place >= columns_) cost += above(place - columns_, place);
    return cost;
  }

  float cost_around(std::size_t place) const {
    float cost = cost_before(place);
    const std::size_t next = place + 1;
    if (next < order_.size() && next % columns_ > 0) cost += beside(place, next);
    if (place + columns_ < order_.size()) cost += above(place, place + columns_);
    return cost;
  }

  void fill() {
    std::iota(order_.begin(), order_.end(), std::uint16_t{0});
    for (std::size_t place = 1; place < order_.size(); ++place) {
      std::size_t closest = place;
      float least = std::numeric_limits<float>::infinity();
      for (std::size_t candidate = place; candidate < order_.size(); ++candidate) {
        std::swap(order_[place], order_[candidate]);
        const float cost = cost_before(place);
        std::swap(order_[place], order_[candidate]);
        if (cost < least) {
          least = cost;
          closest = candidate;
        }
      }
      std::swap(order_[place], order_[closest]);
    }
  }

  bool exchange_pairs() {
    bool improved = false;
    for (std::size_t a = 0; a < order_.size(); ++a) {
      for (std::size_t b = a + 1; b < order_.size(); ++b) improved |= exchange(a, b);
    }
    return improved;
  }

  bool exchange(std::size_t a, std::size_t b) {
    const float before = cost_around(a) + cost_around(b);
    std::swap(order_[a], order_[b]);
    if (cost_around(a) + cost_around(b) < before) return true;
    std::swap(order_[a], order_[b]);
    return false;
  }

  std::size_t columns_;
  BorderDifference difference_;
  ChannelOrder order_;
};

// Calls visit(row of the tensor's planes, row of the arranged planes, whether it runs backwards).
template <typename Visitor>
void for_each_row(const Mosaic& mosaic, const ChannelOrder& order, Visitor visit) {
  const std::size_t height = mosaic.tile_height;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const bool upside_down = place / mosaic.columns % 2 == 1;
    const bool backwards = place % mosaic.columns % 2 == 1;
    for (std::size_t y = 0; y < height; ++y) {
      const std::size_t row = upside_down ? height - 1 - y : y;
      visit((order[place] * height + row) * mosaic.tile_width,
            (place * height + y) * mosaic.tile_width, backwards);
    }
  }
}

void copy_row(const std::uint8_t* from, std::size_t count, bool backwards, std::uint8_t* to) {
  if (backwards) {
    std::reverse_copy(from, from + count, to);
  } else {
    std::copy(from, from + count, to);
  }
}

}  // namespace

ChannelOrder similar_channel_order(const Mosaic& mosaic, const CalibrationSamples& samples) {
  if (mosaic.channels > kMaxOrderedChannels) {
    throw bad_input("order=similar takes at most " + std::to_string(kMaxOrderedChannels) +
                    " channels, the tensor has " + std::to_string(mosaic.channels) +
                    "; use order=natural");
  }
  return OrderSearch(mosaic, border_difference(mosaic, samples)).run();
}

Bytes channel_order_bytes(const ChannelOrder& order) {
  ByteWriter writer;
  for (const std::uint16_t channel : order) writer.u16(channel);
  return writer.take();
}

ChannelOrder read_channel_order(ByteView bytes, std::size_t channels) {
  if (channels > kMaxOrderedChannels || bytes.size != channels * sizeof(std::uint16_t)) {
    throw bad_input("channel order: " + std::to_string(bytes.size) + " bytes are not that of " +
                    std::to_string(channels) + " channels; calibrate again");
  }
  ByteReader reader(bytes, "channel order");
  ChannelOrder order(channels);
  std::vector<bool> placed(channels, false);
  for (std::uint16_t& channel : order) {
    channel = reader.u16();
    if (channel >= channels || placed[channel]) {
      throw bad_input("channel order: has channel " + std::to_string(channel) +
                      (channel < channels ? " twice" : ", the tensor has fewer") +
                      "; calibrate again");
    }
    placed[channel] = true;
  }
  return order;
}

void arrange_planes(const Mosaic& mosaic, const ChannelOrder& order, const std::uint8_t* planes,
                    std::uint8_t* arranged) {
  for_each_row(mosaic, order, [&](std::size_t from, std::size_t to, bool backwards) {
    copy_row(planes + from, mosaic.tile_width, backwards, arranged + to);
  });
}

void restore_planes(const Mosaic& mosaic, const ChannelOrder& order, const std::uint8_t* arranged,
                    std::uint8_t* planes) {
  for_each_row(mosaic, order, [&](std::size_t to, std::size_t from, bool backwards) {
    copy_row(arranged + from, mosaic.tile_width, backwards, planes + to);
  });
}

}  // namespace splitbench
