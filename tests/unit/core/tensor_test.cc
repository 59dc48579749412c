#include "core/tensor.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

Tensor counting_tensor(const Shape& shape) {
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    tensor.mutable_as<float>()[i] = static_cast<float>(i);
  }
  return tensor;
}

TEST(DType, NamesReturnAndSizesAreRight) {
  const std::pair<DType, std::size_t> rows[] = {
      {DType::kF32, 4}, {DType::kF16, 2},  {DType::kU8, 1}, {DType::kI64, 8},
      {DType::kI32, 4}, {DType::kBool, 1}, {DType::kF64, 8}};
  for (const auto& [dtype, bytes] : rows) {
    EXPECT_EQ(parse_dtype(dtype_name(dtype)), dtype);
    EXPECT_EQ(element_bytes(dtype), bytes);
  }
  EXPECT_EQ(bad_input_message([] { parse_dtype("float3"); }),
            "unknown tensor type 'float3' (did you mean 'float32'?)");
  EXPECT_NE(bad_input_message([] { element_bytes(static_cast<DType>(99)); }), "");
}

TEST(Shape, TextReturns) {
  EXPECT_EQ(shape_text({1, 3, 224, 224}), "1x3x224x224");
  EXPECT_EQ(shape_text({}), "scalar");
  EXPECT_EQ(parse_shape("1,3,224,224"), (Shape{1, 3, 224, 224}));
  EXPECT_EQ(parse_shape("1x28x28"), (Shape{1, 28, 28}));
}

TEST(Shape, BadTextIsRefused) {
  for (const char* text : {"", "1,", ",1", "1,,2", "1,0", "1,-3", "1,a", "1.5", "1 x 2",
                           "4294967296,4294967296,4294967296"}) {
    EXPECT_NE(bad_input_message([&] { parse_shape(text); }), "") << text;
  }
}

TEST(Shape, ElementCountGuardsAgainstOverflow) {
  EXPECT_EQ(element_count({}), 1u);
  EXPECT_EQ(element_count({2, 3, 4}), 24u);
  EXPECT_EQ(element_count({2, 0, 4}), 0u);
  EXPECT_EQ(element_count({std::int64_t{1} << 40}), std::size_t{1} << 40);
  EXPECT_NE(bad_input_message([] { element_count({(std::int64_t{1} << 40) + 1}); }), "");
  EXPECT_NE(bad_input_message([] { element_count({1 << 30, 1 << 30, 1 << 30}); }), "");
  EXPECT_NE(bad_input_message([] { element_count({2, -1}); }), "");
}

TEST(Tensor, CopiesShareAndClonesDoNot) {
  Tensor tensor = counting_tensor({2, 3});
  const Tensor shared = tensor;
  const Tensor cloned = tensor.clone();
  tensor.mutable_as<float>()[0] = 42;
  EXPECT_EQ(shared.as<float>()[0], 42);
  EXPECT_EQ(cloned.as<float>()[0], 0);
  EXPECT_EQ(cloned.as<float>()[5], 5);
}

TEST(Tensor, WrapKeepsTheOwnerAlive) {
  auto owner = std::make_shared<std::vector<std::uint8_t>>(std::vector<std::uint8_t>{7, 8});
  const std::weak_ptr<std::vector<std::uint8_t>> watch = owner;
  {
    const void* data = owner->data();
    const Tensor tensor = Tensor::wrap({DType::kU8, {2}}, std::move(owner), data);
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(tensor.as<std::uint8_t>()[1], 8);
    EXPECT_EQ(tensor.bytes(), 2u);
  }
  EXPECT_TRUE(watch.expired());
}

TEST(Tensor, ReshapedSharesTheStorage) {
  const Tensor tensor = counting_tensor({2, 3});
  const Tensor view = tensor.reshaped({3, 2});
  EXPECT_EQ(view.data(), tensor.data());
  EXPECT_EQ(view.shape(), (Shape{3, 2}));
  EXPECT_EQ(bad_input_message([&] {
              tensor.reshaped({4, 2});
            }),
            "a tensor of shape 2x3 cannot be viewed as 4x2");
}

TEST(Tensor, BitIdentityNeedsSameSpecAndBits) {
  const Tensor tensor = counting_tensor({2, 3});
  Tensor other = tensor.clone();
  EXPECT_TRUE(bit_identical(tensor, other));
  EXPECT_FALSE(bit_identical(tensor, other.reshaped({3, 2})));
  other.mutable_as<float>()[0] = -0.0f;  // equal to 0 but not the same bits
  EXPECT_FALSE(bit_identical(tensor, other));
  EXPECT_TRUE(
      bit_identical(Tensor::allocate({DType::kF32, {0}}), Tensor::allocate({DType::kF32, {0}})));
}

TEST(Boundary, BytesAreSummedOverTensors) {
  const Boundary boundary = {counting_tensor({2, 3}), Tensor::allocate({DType::kU8, {5}})};
  const BoundarySpec spec = spec_of(boundary);
  EXPECT_EQ(boundary_bytes(spec), 29u);
  EXPECT_EQ(spec[1], (TensorSpec{DType::kU8, {5}}));
  EXPECT_EQ(boundary_bytes({}), 0u);
}

}  // namespace
}  // namespace splitbench
