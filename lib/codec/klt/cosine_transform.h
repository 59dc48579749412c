// The orthonormal discrete cosine transform (DCT-II) of N points, applied to many lanes at once.
//
//   Y[u] = c[u] sum_j x[j] cos(pi (2 j + 1) u / (2 N)),  c[0] = sqrt(1 / N), else sqrt(2 / N)
//
// Points are vectors of `lanes` floats (the channels of a position), so the inner loops run over
// contiguous memory whatever N is. Even and odd frequencies are computed from the sums and the
// differences of mirrored points, which halves the multiplications. The order of all operations is
// fixed and the cosines come from a power series, not from libm: equal bits on every platform.
//
// Immutable; may be shared by threads.
#pragma once

#include <cstddef>
#include <vector>

namespace splitbench::klt {

class CosineTransform {
 public:
  explicit CosineTransform(std::size_t points);

  // In place: the first `frequencies` of the N points at `data`, `stride` floats apart, become
  // frequencies; the other points are left undefined. `lanes` is a multiple of
  // kLanes (lanes.h).
  void forward(float* data, std::size_t stride, std::size_t lanes, std::size_t frequencies) const;
  // In place, the reverse; frequencies from `frequencies` on are taken as 0 and not read.
  void inverse(float* data, std::size_t stride, std::size_t lanes, std::size_t frequencies) const;

 private:
  std::size_t points_;
  std::size_t half_;          // points that have a mirror image or are the middle
  std::vector<float> basis_;  // [frequency][point < half_]
};

}  // namespace splitbench::klt
