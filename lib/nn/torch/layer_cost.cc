#include "nn/torch/layer_cost.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <string>
#include <unordered_set>

namespace splitbench::torch_nn {
namespace {

std::optional<at::Tensor> constant_tensor(const jit::Value* value) {
  const auto constant = jit::toIValue(value);
  if (!constant || !constant->isTensor() || !constant->toTensor().defined()) return std::nullopt;
  return constant->toTensor();
}

std::optional<bool> constant_bool(const jit::Value* value) {
  const auto constant = jit::toIValue(value);
  if (!constant || !constant->isBool()) return std::nullopt;
  return constant->toBool();
}

// aten::_convolution(input, weight, bias, stride, padding, dilation, transposed, ...)
constexpr std::size_t kTransposedArgument = 6;

bool is_transposed(jit::Node* node) {
  const std::string op = node->kind().toUnqualString();
  if (op.find("transpose") != std::string::npos) return true;
  if (op != "_convolution" && op != "convolution") return false;
  return constant_bool(node->input(kTransposedArgument)).value_or(false);
}

}  // namespace

std::uint64_t multiply_accumulates(jit::Node* node, const Shape& input, const Shape& output) {
  const std::string op = node->kind().toUnqualString();
  const auto outputs = static_cast<std::uint64_t>(element_count(output));
  if (op.find("conv") != std::string::npos && node->inputs().size() >= 2) {
    const auto weight = constant_tensor(node->input(1));
    if (!weight || weight->dim() < 3 || weight->size(0) == 0) return 0;
    const auto per_channel = static_cast<std::uint64_t>(weight->numel() / weight->size(0));
    // A transposed convolution's weight has the input channels first.
    return (is_transposed(node) ? element_count(input) : outputs) * per_channel;
  }
  if (op == "addmm" && node->inputs().size() >= 2) {
    const auto matrix = constant_tensor(node->input(2));
    return matrix && matrix->dim() == 2 ? outputs * static_cast<std::uint64_t>(matrix->size(0)) : 0;
  }
  const bool product =
      op == "linear" || op == "matmul" || op == "mm" || op == "bmm" || op == "baddbmm";
  return product && !input.empty() ? outputs * static_cast<std::uint64_t>(input.back()) : 0;
}

std::size_t constant_bytes(jit::Node* node) {
  std::unordered_set<const void*> seen;
  std::size_t bytes = 0;
  for (const jit::Value* value : values_read(node)) {
    const auto tensor = constant_tensor(value);
    if (tensor && tensor->dim() > 0 && seen.insert(tensor->unsafeGetTensorImpl()).second) {
      bytes += tensor->nbytes();
    }
  }
  return bytes;
}

}  // namespace splitbench::torch_nn
