#include "nn/torch/train/network_source.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

namespace splitbench::torch_nn {
namespace {

constexpr double kGdnPedestal = 0x1p-36;  // CompressAI's NonNegativeParametrizer
constexpr double kGdnGamma = 0.1;

std::string list(std::int64_t first, std::int64_t second) {
  return "[" + std::to_string(first) + ", " + std::to_string(second) + "]";
}

std::string list(const Extent& extent) { return list(extent.rows, extent.columns); }

class SourceWriter {
 public:
  explicit SourceWriter(const at::Generator& generator) : generator_(generator) {}

  NetworkSource write(const NetworkPlan& plan) {
    source_.text = "def forward(self, x):\n";
    const std::string result = sequence(plan, "x");
    source_.text += "  return " + result + "\n";
    return std::move(source_);
  }

 private:
  // Writes the layers one after the other; returns the name of the last value.
  std::string sequence(const NetworkPlan& plan, std::string value) {
    bool fresh = false;  // whether nobody else reads the value
    for (const LayerPlan& layer : plan) {
      value = assign(expression(layer, value, fresh));
      fresh = true;
    }
    return value;
  }

  std::string assign(const std::string& expression) {
    std::string name = "v" + std::to_string(values_++);
    source_.text += "  " + name + " = " + expression + "\n";
    return name;
  }

  std::string expression(const LayerPlan& layer, const std::string& x, bool fresh) {
    const std::string window = list(layer.stride) + ", " + list(layer.padding);
    switch (layer.kind) {
      case LayerKind::kConvolution:
        return "torch.conv2d(" + x + ", " + weights(layer, layer.out, layer.in / layer.groups) +
               ", " + window + ", [1, 1], " + std::to_string(layer.groups) + ")";
      case LayerKind::kTransposedConvolution:
        return "torch.conv_transpose2d(" + x + ", " + weights(layer, layer.in, layer.out) + ", " +
               window + ", [0, 0], 1, [1, 1])";
      case LayerKind::kBatchNorm:
        return normalisation(layer, x);
      case LayerKind::kRelu:
        return (fresh ? "torch.relu_(" : "torch.relu(") + x + ")";
      case LayerKind::kLeakyRelu:
        return "torch.where(" + x + " > 0, " + x + ", 0.01 * " + x + ")";
      case LayerKind::kSigmoid:
        return "torch.sigmoid(" + x + ")";
      case LayerKind::kMaxPool:
        return "torch.max_pool2d(" + x + ", " + list(layer.kernel) + ", " + window +
               ", [1, 1], False)";
      case LayerKind::kAveragePool:
        return "torch.avg_pool2d(" + x + ", " + list(layer.kernel) + ", " + window +
               ", False, True, None)";
      case LayerKind::kGdn:
      case LayerKind::kInverseGdn:
        return divisive_normalisation(layer, x);
      case LayerKind::kSum:
        return sum(layer, x);
      case LayerKind::kAttention:
        return attended(layer, x);
      case LayerKind::kSelect:
        return "torch.index_select(" + x + ", 1, " +
               buffer("channels", at::tensor(layer.channels, at::kLong)) + ")";
      case LayerKind::kCondition:
        return "torch.cat([" + x + ", torch.ones_like(" + x + "[:, 0:1]) * " +
               buffer("condition", at::zeros({1})) + "], 1)";
    }
    return x;
  }

  std::string parameter(const std::string& kind, at::Tensor tensor) {
    std::string name = kind + std::to_string(source_.parameters.size());
    source_.parameters.push_back({name, std::move(tensor)});
    return "self." + name;
  }

  std::string buffer(const std::string& kind, at::Tensor tensor) {
    std::string name = kind + std::to_string(source_.buffers.size());
    source_.buffers.push_back({name, std::move(tensor)});
    return "self." + name;
  }

  at::Tensor drawn(const Shape& shape, std::int64_t fan_in) {
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    return at::empty(shape).uniform_(-bound, bound, generator_);
  }

  // "self.weight0, self.bias1" or "self.weight0, None".
  std::string weights(const LayerPlan& layer, std::int64_t first, std::int64_t second) {
    const std::int64_t rows = layer.kernel.rows, columns = layer.kernel.columns;
    const std::int64_t fan_in = second * rows * columns;
    const std::string weight = parameter("weight", drawn({first, second, rows, columns}, fan_in));
    return weight + ", " + (layer.bias ? parameter("bias", drawn({layer.out}, fan_in)) : "None");
  }

  std::string normalisation(const LayerPlan& layer, const std::string& x) {
    const std::string scale = parameter("scale", at::ones({layer.in}));
    const std::string shift = parameter("shift", at::zeros({layer.in}));
    const std::string mean = buffer("mean", at::zeros({layer.in}));
    const std::string variance = buffer("variance", at::ones({layer.in}));
    return "torch.batch_norm(" + x + ", " + scale + ", " + shift + ", " + mean + ", " + variance +
           ", self.training, 0.1, 1e-05, True)";
  }

  // sqrt(value + pedestal), bounded so that the value stays at `least` or above.
  std::string positive(const std::string& kind, const at::Tensor& value, double least) {
    const double bound = std::sqrt(least + kGdnPedestal);
    const std::string root =
        parameter(kind, at::maximum(value + kGdnPedestal, at::full({}, kGdnPedestal)).sqrt());
    source_.parameters.back().bounded = true;
    source_.parameters.back().least = bound;
    return "(" + root + " * " + root + " - 2.0 ** -36.0)";
  }

  std::string divisive_normalisation(const LayerPlan& layer, const std::string& x) {
    constexpr double kLeastBeta = 1e-6;
    const std::int64_t n = layer.in;
    const std::string beta = positive("beta", at::ones({n}), kLeastBeta);
    const std::string gamma = positive("gamma", at::eye(n) * kGdnGamma, 0);
    const std::string shape = "[" + std::to_string(n) + ", " + std::to_string(n) + ", 1, 1]";
    const std::string norm = assign("torch.conv2d(torch.abs(" + x + "), torch.reshape(" + gamma +
                                    ", " + shape + "), " + beta + ", [1, 1], [0, 0], [1, 1], 1)");
    return x + (layer.kind == LayerKind::kGdn ? " / " : " * ") + norm;
  }

  std::string sum(const LayerPlan& layer, const std::string& x) {
    std::string terms;
    for (const NetworkPlan& branch : layer.branches) {
      terms += (terms.empty() ? "" : " + ") + sequence(branch, x);
    }
    return terms;
  }

  std::string attended(const LayerPlan& layer, const std::string& x) {
    LayerPlan squeeze = convolution(layer.in, layer.out, 1, 1, 0, true);
    LayerPlan excite = convolution(layer.out, layer.in, 1, 1, 0, true);
    const std::string pooled = assign("torch.mean(" + x + ", [2, 3], True)");
    const std::string score = sequence(
        {squeeze, activation(LayerKind::kRelu), excite, activation(LayerKind::kSigmoid)}, pooled);
    return x + " * " + score;
  }

  at::Generator generator_;
  NetworkSource source_;
  int values_ = 0;
};

}  // namespace

NetworkSource network_source(const NetworkPlan& plan, const at::Generator& generator) {
  return SourceWriter(generator).write(plan);
}

}  // namespace splitbench::torch_nn
