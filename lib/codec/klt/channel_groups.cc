#include "codec/klt/channel_groups.h"

namespace splitbench::klt {
namespace {

constexpr std::size_t kMaxOfMany = 64;

}  // namespace

std::vector<ChannelGroup> channel_groups(std::size_t channels) {
  const std::size_t count =
      channels <= kMaxGroupChannels ? 1 : (channels + kMaxOfMany - 1) / kMaxOfMany;
  std::vector<ChannelGroup> groups(count);
  for (std::size_t c = 0; c < channels; ++c) {
    groups[c * count / channels].push_back(static_cast<std::uint16_t>(c));
  }
  return groups;
}

}  // namespace splitbench::klt
