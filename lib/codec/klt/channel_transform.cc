#include "codec/klt/channel_transform.h"

#include <algorithm>
#include <array>

#include "codec/klt/lanes.h"

namespace splitbench::klt {
namespace {

constexpr std::size_t kRowsAtOnce = 4;  // so that sums are loaded and stored less often

// sums += factors[0] rows[0] + ..., in this order.
void add_rows(const std::array<const float*, kRowsAtOnce>& rows,
              const std::array<float, kRowsAtOnce>& factors, std::size_t length,
              float* __restrict sums) {
  const float* a = rows[0];
  const float* b = rows[1];
  const float* c = rows[2];
  const float* d = rows[3];
  for (std::size_t i = 0; i < length; ++i) {
    sums[i] =
        sums[i] + factors[0] * a[i] + factors[1] * b[i] + factors[2] * c[i] + factors[3] * d[i];
  }
}

void add_row(const float* row, float factor, std::size_t length, float* __restrict sums) {
  for (std::size_t i = 0; i < length; ++i) sums[i] += factor * row[i];
}

}  // namespace

ChannelTransform::ChannelTransform(const ChannelBasis& basis, std::size_t channels)
    : channels_(channels),
      lanes_(padded_lanes(channels)),
      rank_(basis.rank),
      analysis_(channels * basis.rank),
      synthesis_(basis.rank * lanes_) {
  for (std::size_t k = 0; k < rank_; ++k) {
    const std::size_t first = k / kPanel * kPanel;
    const std::size_t width = std::min(kPanel, rank_ - first);
    float* column = &analysis_[first * channels + k - first];
    for (std::size_t c = 0; c < channels; ++c) {
      column[c * width] = basis.analysis[k * channels + c];
    }
    std::copy_n(&basis.synthesis[k * channels], channels, &synthesis_[k * lanes_]);
  }
}

void ChannelTransform::forward(const float* values, std::size_t count, float* components) const {
  for (std::size_t panel = 0; panel < panels(); ++panel) {
    forward_panel(values, panel, count, components);
  }
}

void ChannelTransform::forward_panel(const float* values, std::size_t panel, std::size_t count,
                                     float* components) const {
  const std::size_t first = panel * kPanel;
  if (count <= first) return;
  const std::size_t width = std::min(kPanel, rank_ - first);
  const std::size_t length = std::min(width, count - first);
  float* sums = components + first;
  std::fill_n(sums, length, 0.0F);
  const float* row = &analysis_[first * channels_];
  std::size_t c = 0;
  for (; c + kRowsAtOnce <= channels_; c += kRowsAtOnce, row += kRowsAtOnce * width) {
    add_rows({row, row + width, row + 2 * width, row + 3 * width},
             {values[c], values[c + 1], values[c + 2], values[c + 3]}, length, sums);
  }
  for (; c < channels_; ++c, row += width) add_row(row, values[c], length, sums);
}

void ChannelTransform::inverse(const std::size_t* component, const float* amplitude,
                               std::size_t count, float* values) const {
  const auto row = [this](std::size_t k) { return &synthesis_[k * lanes_]; };
  std::size_t i = 0;
  for (; i + kRowsAtOnce <= count; i += kRowsAtOnce) {
    const std::size_t* k = component + i;
    const float* factor = amplitude + i;
    add_rows({row(k[0]), row(k[1]), row(k[2]), row(k[3])},
             {factor[0], factor[1], factor[2], factor[3]}, lanes_, values);
  }
  for (; i < count; ++i) add_row(row(component[i]), amplitude[i], lanes_, values);
}

}  // namespace splitbench::klt
