// Small networks as plain values: what an encoder or decoder consists of, before any framework
// builds it.
//
// A method of training writes these plans from shapes alone (nn/methods); a back-end makes
// networks of them; shapes, parameters and multiply-accumulates follow here. Pure functions;
// thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace splitbench {

enum class LayerKind {
  kConvolution,
  kTransposedConvolution,
  kBatchNorm,  // of `in` channels; running statistics when it is not trained
  kRelu,
  kLeakyRelu,  // slope 0.01
  kSigmoid,
  kMaxPool,
  kAveragePool,  // borders count as zeros
  kGdn,          // x / (beta + gamma |x|) over channels (GDN1; Johnston et al. 2019)
  kInverseGdn,   // x * (beta + gamma |x|)
  kSum,          // of its branches; an empty branch is the identity
  kAttention,    // x * s(x): squeeze and excitation with `out` hidden units (Hu et al. 2018)
  kSelect,       // the channels `channels`, in this order
  kCondition,    // one more channel, everywhere the condition of the channel (0 in use)
};

// Of a kernel, stride or padding: rows and columns.
struct Extent {
  std::int64_t rows = 1;
  std::int64_t columns = 1;
};

struct LayerPlan {
  LayerKind kind = LayerKind::kRelu;
  std::int64_t in = 0;   // channels; of layers that have weights
  std::int64_t out = 0;  // channels; of convolutions. Hidden units of kAttention
  Extent kernel, stride;
  Extent padding = {0, 0};
  bool bias = false;
  std::int64_t groups = 1;  // of kConvolution: `in` for one that works channel by channel
  std::vector<std::vector<LayerPlan>> branches;  // kSum
  std::vector<std::int64_t> channels;            // kSelect
};

// Layers one after the other, on batch x channels x rows x columns.
using NetworkPlan = std::vector<LayerPlan>;

LayerPlan convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                      std::int64_t padding, bool bias = false);
LayerPlan transposed_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                 std::int64_t stride, bool bias = false);
LayerPlan batch_norm(std::int64_t channels);
LayerPlan gdn(std::int64_t channels, bool inverse = false);
LayerPlan activation(LayerKind kind);
LayerPlan max_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding);
LayerPlan average_pool(Extent kernel, Extent stride, Extent padding);
LayerPlan sum_of(std::vector<NetworkPlan> branches);
LayerPlan attention(std::int64_t channels, std::int64_t hidden);
// A convolution of each channel by itself.
LayerPlan depthwise(std::int64_t channels, std::int64_t kernel, std::int64_t stride,
                    std::int64_t padding);
LayerPlan select_channels(std::vector<std::int64_t> channels);

// What comes out of `plan` for an input of this shape. Throws Error{kBadInput} when a layer cannot
// take what it is given: other channels, or fewer rows or columns than its kernel.
Shape output_shape(const NetworkPlan& plan, const Shape& input);

// Weights, biases and the scales and shifts of normalisation; running statistics do not count.
std::uint64_t parameter_count(const NetworkPlan& plan);

// Multiply-accumulates of convolutions, GDN and attention for such an input.
std::uint64_t multiply_accumulates(const NetworkPlan& plan, const Shape& input);

}  // namespace splitbench
