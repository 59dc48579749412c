// The order of channels in a mosaic: which channel goes to which place, so that neighbours fit.
//
// In an ordered mosaic every other tile is mirrored (left to right in odd columns, top to bottom in
// odd rows), so that tiles meet in the same border of their maps; and the order is one in which
// those borders differ little: calibrated as follows. Values are taken in units of their sample's
// range, as an 8-bit picture does. d(a, b) is the mean squared difference, over samples and
// pixels, of the left and right borders of channels a and b (of the top and bottom ones for tiles
// one above the other). The places are filled row by row, each with the channel closest to those
// already left of it and above it; then pairs of channels change places as long as that lessens the
// sum of d over all neighbours, for a limited number of rounds.
//
// An order of N channels is N distinct numbers below N, 2 bytes each in a calibration.
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "codec/mosaic.h"
#include "core/calibration.h"

namespace splitbench {

// The channel at each place.
using ChannelOrder = std::vector<std::uint16_t>;

// Keeps the matrices of the search small (2 of 4096 x 4096 float32).
constexpr std::size_t kMaxOrderedChannels = 4096;

// Samples are float32 with the elements of the mosaic. Throws Error{kBadInput} when there are more
// than kMaxOrderedChannels channels, or a sample holds NaN or infinity. Looks at each sample once.
ChannelOrder similar_channel_order(const Mosaic& mosaic, const CalibrationSamples& samples);

Bytes channel_order_bytes(const ChannelOrder& order);
// Throws Error{kBadInput} unless these are the bytes of an order of so many channels.
ChannelOrder read_channel_order(ByteView bytes, std::size_t channels);

// Between the planes of a tensor and planes in the order of the places, mirrored where the place
// is. Both have channels * tile_height * tile_width bytes.
void arrange_planes(const Mosaic& mosaic, const ChannelOrder& order, const std::uint8_t* planes,
                    std::uint8_t* arranged);
void restore_planes(const Mosaic& mosaic, const ChannelOrder& order, const std::uint8_t* arranged,
                    std::uint8_t* planes);

}  // namespace splitbench
