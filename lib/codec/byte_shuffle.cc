#include "codec/byte_shuffle.h"

namespace splitbench {

void shuffle_bytes(const std::uint8_t* elements, std::size_t count, std::size_t element_bytes,
                   std::uint8_t* planes) {
  for (std::size_t plane = 0; plane < element_bytes; ++plane) {
    for (std::size_t i = 0; i < count; ++i) {
      planes[plane * count + i] = elements[i * element_bytes + plane];
    }
  }
}

void unshuffle_bytes(const std::uint8_t* planes, std::size_t count, std::size_t element_bytes,
                     std::uint8_t* elements) {
  for (std::size_t plane = 0; plane < element_bytes; ++plane) {
    for (std::size_t i = 0; i < count; ++i) {
      elements[i * element_bytes + plane] = planes[plane * count + i];
    }
  }
}

}  // namespace splitbench
