#include "core/tensor.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxElements = std::size_t{1} << 40;

struct DTypeRow {
  DType dtype;
  const char* name;
  std::size_t bytes;
};

constexpr DTypeRow kDTypes[] = {
    {DType::kF32, "float32", 4}, {DType::kF16, "float16", 2}, {DType::kU8, "uint8", 1},
    {DType::kI64, "int64", 8},   {DType::kI32, "int32", 4},   {DType::kBool, "bool", 1},
    {DType::kF64, "float64", 8},
};

const DTypeRow& row(DType dtype) {
  for (const DTypeRow& candidate : kDTypes) {
    if (candidate.dtype == dtype) return candidate;
  }
  throw bad_input("unknown tensor type number " + std::to_string(static_cast<int>(dtype)));
}

}  // namespace

std::size_t element_bytes(DType dtype) { return row(dtype).bytes; }

const char* dtype_name(DType dtype) { return row(dtype).name; }

DType parse_dtype(const std::string& name) {
  std::vector<std::string> names;
  for (const DTypeRow& candidate : kDTypes) {
    if (name == candidate.name) return candidate.dtype;
    names.emplace_back(candidate.name);
  }
  throw bad_input("unknown tensor type '" + name + "'" + suggestion(name, names));
}

std::string shape_text(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::int64_t dimension : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(dimension);
  }
  return text;
}

Shape parse_shape(const std::string& text) {
  const std::string where = "shape '" + text + "'";
  Shape shape;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(",x", start), text.size());
    shape.push_back(parse_integer(text.substr(start, end - start), where));
    if (shape.back() < 1) throw bad_input(where + ": every dimension must be at least 1");
    start = end + 1;
  }
  element_count(shape);
  return shape;
}

std::size_t element_count(const Shape& shape) {
  std::size_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) throw bad_input("shape " + shape_text(shape) + " has a negative dimension");
    const auto size = static_cast<std::size_t>(dimension);
    if (size != 0 && count > kMaxElements / size) {
      throw bad_input("shape " + shape_text(shape) + " has more than 2^40 elements");
    }
    count *= size;
  }
  return count;
}

Tensor Tensor::allocate(TensorSpec spec) {
  const std::size_t bytes = spec.bytes();
  // operator new[] aligns for every element type we have.
  std::shared_ptr<std::uint8_t> storage(new std::uint8_t[std::max<std::size_t>(bytes, 1)],
                                        std::default_delete<std::uint8_t[]>());
  const void* data = storage.get();
  return wrap(std::move(spec), std::move(storage), data);
}

Tensor Tensor::wrap(TensorSpec spec, std::shared_ptr<const void> owner, const void* data) {
  Tensor tensor;
  tensor.elements_ = spec.elements();
  tensor.spec_ = std::move(spec);
  tensor.owner_ = std::move(owner);
  tensor.data_ = data;
  return tensor;
}

Tensor Tensor::clone() const {
  Tensor copy = allocate(spec_);
  if (bytes() != 0) std::memcpy(copy.mutable_as<std::uint8_t>(), data_, bytes());
  return copy;
}

Tensor Tensor::reshaped(Shape shape) const {
  if (element_count(shape) != elements_) {
    throw bad_input("a tensor of shape " + shape_text(spec_.shape) + " cannot be viewed as " +
                    shape_text(shape));
  }
  Tensor view = *this;
  view.spec_.shape = std::move(shape);
  return view;
}

bool bit_identical(const Tensor& a, const Tensor& b) {
  return a.spec() == b.spec() &&
         (a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

std::size_t boundary_bytes(const BoundarySpec& spec) {
  std::size_t bytes = 0;
  for (const TensorSpec& tensor : spec) bytes += tensor.bytes();
  return bytes;
}

BoundarySpec spec_of(const Boundary& boundary) {
  BoundarySpec spec;
  for (const Tensor& tensor : boundary) spec.push_back(tensor.spec());
  return spec;
}

}  // namespace splitbench
