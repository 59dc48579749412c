#include "codec/disc/channel_mixing.h"

namespace splitbench::disc {

Tensor mix_channels(const ChannelMixing& mixing, const std::vector<double>& means,
                    const Tensor& tensor) {
  const std::size_t channels = means.size();
  const std::size_t size = tensor.elements() / channels;
  Tensor mixed = Tensor::allocate(tensor.spec());
  const auto* values = tensor.as<float>();
  auto* component = mixed.mutable_as<float>();
  for (std::size_t k = 0; k < channels; ++k, component += size) {
    for (std::size_t i = 0; i < size; ++i) component[i] = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      const float factor = mixing.analysis[k * channels + c];
      const auto mean = static_cast<float>(means[c]);
      for (std::size_t i = 0; i < size; ++i) {
        component[i] += factor * (values[c * size + i] - mean);
      }
    }
  }
  return mixed;
}

}  // namespace splitbench::disc
