// The binary files that dataset tests read, built in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace splitbench {

inline void append_big_endian(std::string& text, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(value >> shift & 0xFF);
}

// An IDX file of unsigned bytes (plain, not gzipped).
inline std::string idx_bytes(const std::vector<std::uint32_t>& shape, const std::string& elements) {
  std::string text("\0\0\x08", 3);
  text += static_cast<char>(shape.size());
  for (const std::uint32_t size : shape) append_big_endian(text, size);
  return text + elements;
}

// A .npy file, version 1.0, with the header's dict literal as given.
inline std::string npy_bytes(const std::string& dict, const std::string& elements) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(dict.size() & 0xFF);
  text += static_cast<char>(dict.size() >> 8);
  return text + dict + elements;
}

inline std::string npy_dict(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
}

// The elements of a vector as they lie in memory (the machines we test on are little-endian).
template <typename T>
std::string raw_bytes(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

// One record of CIFAR-10's binary version whose samples all have one value.
inline std::string cifar10_record(int label, char value) {
  return std::string(1, static_cast<char>(label)) + std::string(3 * 32 * 32, value);
}

}  // namespace splitbench
