// Dense tensors as plain memory: what crosses a cut, without any framework behind it.
//
// Row-major (last dimension fastest), contiguous, native-endian in memory. Copies share the storage
// (a Tensor is a reference-counted view of the whole buffer); clone() to get one's own. Reading the
// same tensor from several threads is safe, writing is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace splitbench {

enum class DType : std::uint8_t {
  kF32 = 0,
  kF16 = 1,
  kU8 = 2,
  kI64 = 3,
  kI32 = 4,
  kBool = 5,
  kF64 = 6
};

// Bytes of one element.
std::size_t element_bytes(DType dtype);
// "float32", "float16", "uint8", "int64", "int32", "bool", "float64".
const char* dtype_name(DType dtype);
// The reverse; throws Error{kBadInput} naming the text.
DType parse_dtype(const std::string& name);

using Shape = std::vector<std::int64_t>;

// "1x3x224x224"; a scalar is "scalar".
std::string shape_text(const Shape& shape);
// Parses "1,3,224,224" or "1x3x224x224"; throws Error{kBadInput} unless every number is >= 1.
Shape parse_shape(const std::string& text);
// The number of elements; throws Error{kBadInput} on a negative dimension or above 2^40 elements.
std::size_t element_count(const Shape& shape);

struct TensorSpec {
  DType dtype = DType::kF32;
  Shape shape;

  std::size_t elements() const { return element_count(shape); }
  std::size_t bytes() const { return elements() * element_bytes(dtype); }
  bool operator==(const TensorSpec& other) const {
    return dtype == other.dtype && shape == other.shape;
  }
  bool operator!=(const TensorSpec& other) const { return !(*this == other); }
};

class Tensor {
 public:
  Tensor() = default;
  // Uninitialised storage of its own.
  static Tensor allocate(TensorSpec spec);
  // A view of memory that `owner` keeps alive; `data` must hold spec.bytes() bytes.
  static Tensor wrap(TensorSpec spec, std::shared_ptr<const void> owner, const void* data);

  const TensorSpec& spec() const { return spec_; }
  const Shape& shape() const { return spec_.shape; }
  DType dtype() const { return spec_.dtype; }
  std::size_t elements() const { return elements_; }
  std::size_t bytes() const { return elements_ * element_bytes(spec_.dtype); }

  const void* data() const { return data_; }
  template <typename T>
  const T* as() const {
    return static_cast<const T*>(data_);
  }
  // Writable access, for the one who has just allocated or cloned the tensor.
  template <typename T>
  T* mutable_as() {
    return static_cast<T*>(const_cast<void*>(data_));
  }
  Tensor clone() const;
  // The same storage under another shape of equally many elements.
  Tensor reshaped(Shape shape) const;

 private:
  TensorSpec spec_;
  std::size_t elements_ = 0;
  std::shared_ptr<const void> owner_;
  const void* data_ = nullptr;
};

// Same spec and same bits.
bool bit_identical(const Tensor& a, const Tensor& b);

// All tensors that cross one cut, in graph order (skip connections too).
using Boundary = std::vector<Tensor>;
using BoundarySpec = std::vector<TensorSpec>;

std::size_t boundary_bytes(const BoundarySpec& spec);
BoundarySpec spec_of(const Boundary& boundary);

}  // namespace splitbench
