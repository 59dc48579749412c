// Tensors and hand-made streams for the tests of codecs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"
#include "codec/stream.h"
#include "core/tensor.h"

namespace splitbench::testing {

template <typename T>
Tensor tensor_of(DType dtype, Shape shape, const std::vector<T>& elements) {
  Tensor tensor = Tensor::allocate({dtype, std::move(shape)});
  EXPECT_EQ(tensor.bytes(), elements.size() * sizeof(T));
  if (!elements.empty()) std::memcpy(tensor.mutable_as<T>(), elements.data(), tensor.bytes());
  return tensor;
}

inline Tensor floats(Shape shape, const std::vector<float>& elements) {
  return tensor_of(DType::kF32, std::move(shape), elements);
}

inline Tensor constant_floats(const Shape& shape, float value) {
  return floats(shape, std::vector<float>(element_count(shape), value));
}

// About half zeros, the rest in (0, 4): what a ReLU leaves.
inline Tensor relu_floats(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(element_count(shape));
  for (float& value : values) {
    value = std::max(0.0F, static_cast<float>(rng.uniform() * 8 - 4));
  }
  return floats(shape, values);
}

// Bytes that repeat now and then, whatever the element type; bools are 0 or 1.
inline Tensor random_elements(DType dtype, const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor tensor = Tensor::allocate({dtype, shape});
  auto* bytes = tensor.mutable_as<std::uint8_t>();
  const std::uint64_t bound = dtype == DType::kBool ? 2 : 16;
  for (std::size_t i = 0; i < tensor.bytes(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(rng.below(bound));
  }
  return tensor;
}

// A smooth picture with some noise, planes shifted against each other.
inline Tensor image(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor tensor = Tensor::allocate({DType::kU8, shape});
  auto* pixels = tensor.mutable_as<std::uint8_t>();
  for (std::int64_t c = 0; c < shape[1]; ++c) {
    for (std::int64_t y = 0; y < shape[2]; ++y) {
      for (std::int64_t x = 0; x < shape[3]; ++x) {
        *pixels++ = static_cast<std::uint8_t>(40 * c + 2 * x + y + static_cast<int>(rng.below(6)));
      }
    }
  }
  return tensor;
}

inline double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.elements(); ++i) {
    const bool bytes = a.dtype() == DType::kU8;
    const double x = bytes ? a.as<std::uint8_t>()[i] : static_cast<double>(a.as<float>()[i]);
    const double y = bytes ? b.as<std::uint8_t>()[i] : static_cast<double>(b.as<float>()[i]);
    largest = std::max(largest, std::fabs(x - y));
  }
  return largest;
}

inline ConfiguredCodec codec(const std::string& spec) { return make_codec(parse_spec(spec)); }

// The fields of a stream's header, free to lie.
struct CraftedHeader {
  std::uint8_t wire_id = 1;
  unsigned format_version = 1;
  unsigned dtype = 0;
  std::vector<std::uint64_t> dimensions;
  std::optional<CalibrationId> calibration = std::nullopt;
};

// A tensor stream with a right checksum, laid out as codec/stream.h says.
inline Bytes craft_stream(const CraftedHeader& header, ByteView body) {
  ByteWriter tail;
  tail.varint(header.dimensions.size());
  for (const std::uint64_t dimension : header.dimensions) tail.varint(dimension);
  if (header.calibration) tail.u16(*header.calibration);
  tail.raw(body);
  ByteWriter stream;
  stream.u8(0xB5);
  stream.u8(header.wire_id);
  stream.u8(static_cast<std::uint8_t>(header.format_version << 4 |
                                      (header.calibration ? 1U << 3 : 0) | header.dtype));
  ByteWriter unchecked = stream;
  unchecked.u32(0);
  unchecked.raw(tail.bytes());
  stream.u32(stream_checksum(unchecked.bytes()));
  stream.raw(tail.bytes());
  return stream.take();
}

// Runs `action`, expects Error{kBadInput}, and gives its message.
template <typename Action>
std::string bad_input_message(Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

}  // namespace splitbench::testing
