#include "core/network_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kChannels = 1, kRows = 2, kColumns = 3;  // dimensions

LayerPlan with_kernel(LayerKind kind, Extent kernel, Extent stride, Extent padding) {
  LayerPlan layer;
  layer.kind = kind;
  layer.kernel = kernel;
  layer.stride = stride;
  layer.padding = padding;
  return layer;
}

std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                     std::int64_t padding) {
  const std::int64_t span = size + 2 * padding - kernel;
  if (span < 0) {
    throw bad_input("a window of " + std::to_string(kernel) + " does not fit into " +
                    std::to_string(size) + " rows or columns");
  }
  return span / stride + 1;
}

std::int64_t unfolded(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                      std::int64_t padding) {
  return (size - 1) * stride + kernel - 2 * padding;
}

void require_channels(const LayerPlan& layer, const Shape& shape) {
  if (layer.in == 0 || layer.in == shape[kChannels]) return;
  throw bad_input("a layer for " + std::to_string(layer.in) + " channels gets " +
                  std::to_string(shape[kChannels]));
}

using SizeRule = std::int64_t (*)(std::int64_t, std::int64_t, std::int64_t, std::int64_t);

Shape resized(const LayerPlan& layer, Shape shape, SizeRule rule) {
  if (layer.out != 0) shape[kChannels] = layer.out;
  shape[kRows] = rule(shape[kRows], layer.kernel.rows, layer.stride.rows, layer.padding.rows);
  shape[kColumns] =
      rule(shape[kColumns], layer.kernel.columns, layer.stride.columns, layer.padding.columns);
  return shape;
}

Shape sum_shape(const LayerPlan& layer, const Shape& input) {
  const Shape first = output_shape(layer.branches.at(0), input);
  for (const NetworkPlan& branch : layer.branches) {
    if (output_shape(branch, input) == first) continue;
    throw bad_input("branches of shapes " + shape_text(first) + " and " +
                    shape_text(output_shape(branch, input)) + " cannot be added");
  }
  return first;
}

Shape shape_after(const LayerPlan& layer, Shape shape) {
  require_channels(layer, shape);
  switch (layer.kind) {
    case LayerKind::kConvolution:
    case LayerKind::kMaxPool:
    case LayerKind::kAveragePool:
      return resized(layer, std::move(shape), windows);
    case LayerKind::kTransposedConvolution:
      return resized(layer, std::move(shape), unfolded);
    case LayerKind::kSum:
      return sum_shape(layer, shape);
    case LayerKind::kSelect:
      shape[kChannels] = static_cast<std::int64_t>(layer.channels.size());
      return shape;
    case LayerKind::kCondition:
      ++shape[kChannels];
      return shape;
    default:
      return shape;
  }
}

std::int64_t parameters_of(const LayerPlan& layer) {
  switch (layer.kind) {
    case LayerKind::kConvolution:
    case LayerKind::kTransposedConvolution:
      return layer.in / layer.groups * layer.out * layer.kernel.rows * layer.kernel.columns +
             (layer.bias ? layer.out : 0);
    case LayerKind::kBatchNorm:
      return 2 * layer.in;
    case LayerKind::kGdn:
    case LayerKind::kInverseGdn:
      return layer.in * layer.in + layer.in;
    case LayerKind::kAttention:
      return 2 * layer.in * layer.out + layer.in + layer.out;
    default:
      return 0;
  }
}

std::int64_t positions(const Shape& shape) { return shape[kRows] * shape[kColumns]; }

std::int64_t macs_of(const LayerPlan& layer, const Shape& input, const Shape& output) {
  const std::int64_t kernel = layer.kernel.rows * layer.kernel.columns;
  switch (layer.kind) {
    case LayerKind::kConvolution:
      return layer.in / layer.groups * layer.out * kernel * positions(output);
    case LayerKind::kTransposedConvolution:
      return layer.in * layer.out * kernel * positions(input);
    case LayerKind::kGdn:
    case LayerKind::kInverseGdn:
      return layer.in * layer.in * positions(input);
    case LayerKind::kAttention:
      return 2 * layer.in * layer.out;
    default:
      return 0;
  }
}

}  // namespace

LayerPlan convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                      std::int64_t padding, bool bias) {
  LayerPlan layer =
      with_kernel(LayerKind::kConvolution, {kernel, kernel}, {stride, stride}, {padding, padding});
  layer.in = in;
  layer.out = out;
  layer.bias = bias;
  return layer;
}

LayerPlan transposed_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                 std::int64_t stride, bool bias) {
  LayerPlan layer = convolution(in, out, kernel, stride, 0, bias);
  layer.kind = LayerKind::kTransposedConvolution;
  return layer;
}

LayerPlan batch_norm(std::int64_t channels) {
  LayerPlan layer = activation(LayerKind::kBatchNorm);
  layer.in = channels;
  return layer;
}

LayerPlan gdn(std::int64_t channels, bool inverse) {
  LayerPlan layer = activation(inverse ? LayerKind::kInverseGdn : LayerKind::kGdn);
  layer.in = channels;
  return layer;
}

LayerPlan activation(LayerKind kind) {
  LayerPlan layer;
  layer.kind = kind;
  return layer;
}

LayerPlan max_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  return with_kernel(LayerKind::kMaxPool, {kernel, kernel}, {stride, stride}, {padding, padding});
}

LayerPlan average_pool(Extent kernel, Extent stride, Extent padding) {
  return with_kernel(LayerKind::kAveragePool, kernel, stride, padding);
}

LayerPlan sum_of(std::vector<NetworkPlan> branches) {
  LayerPlan layer = activation(LayerKind::kSum);
  layer.branches = std::move(branches);
  return layer;
}

LayerPlan attention(std::int64_t channels, std::int64_t hidden) {
  LayerPlan layer = activation(LayerKind::kAttention);
  layer.in = channels;
  layer.out = hidden;
  return layer;
}

LayerPlan depthwise(std::int64_t channels, std::int64_t kernel, std::int64_t stride,
                    std::int64_t padding) {
  LayerPlan layer = convolution(channels, channels, kernel, stride, padding);
  layer.groups = channels;
  return layer;
}

LayerPlan select_channels(std::vector<std::int64_t> channels) {
  LayerPlan layer = activation(LayerKind::kSelect);
  layer.channels = std::move(channels);
  return layer;
}

Shape output_shape(const NetworkPlan& plan, const Shape& input) {
  if (input.size() != kColumns + 1) {
    throw bad_input("a network of convolutions cannot take a tensor of shape " + shape_text(input));
  }
  Shape shape = input;
  for (const LayerPlan& layer : plan) shape = shape_after(layer, std::move(shape));
  return shape;
}

std::uint64_t parameter_count(const NetworkPlan& plan) {
  std::uint64_t count = 0;
  for (const LayerPlan& layer : plan) {
    count += static_cast<std::uint64_t>(parameters_of(layer));
    for (const NetworkPlan& branch : layer.branches) count += parameter_count(branch);
  }
  return count;
}

std::uint64_t multiply_accumulates(const NetworkPlan& plan, const Shape& input) {
  std::uint64_t macs = 0;
  Shape shape = input;
  for (const LayerPlan& layer : plan) {
    for (const NetworkPlan& branch : layer.branches) macs += multiply_accumulates(branch, shape);
    const Shape after = shape_after(layer, shape);
    macs += static_cast<std::uint64_t>(macs_of(layer, shape, after));
    shape = after;
  }
  return macs;
}

}  // namespace splitbench
