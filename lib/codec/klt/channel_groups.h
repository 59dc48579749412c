// Which channels klt transforms together.
//
// A transform across all channels of a wide tensor would cost more than everything else, and its
// matrices would need more samples than there are. So tensors of more than 160 channels fall into
// groups of neighbouring channels, 64 or fewer; each group has its own bases and coefficients, as
// if it were a tensor by itself. (Measured on MobileNetV2: of 160 channels, groups of 54 take 10 %
// more bytes than one of 160; of 320, groups of 64 take as many as groups of 160.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitbench::klt {

constexpr std::size_t kMaxGroupChannels = 160;

// Channels of a tensor, ascending.
using ChannelGroup = std::vector<std::uint16_t>;

// Every channel is in one group. Pure; thread-safe.
std::vector<ChannelGroup> channel_groups(std::size_t channels);

}  // namespace splitbench::klt
