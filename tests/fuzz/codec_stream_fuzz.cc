// Decoders of all codecs on hostile streams. The checksum is repaired first, or the fuzzer would
// never get past it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "base/error.h"
#include "codec/stream.h"
#include "support/checksum.h"

namespace {

// Small enough that a valid bomb (zstd of zeros) is quick, large enough for real layouts.
constexpr splitbench::DecodeLimits kLimits{1 << 16};

void decode(const splitbench::Bytes& stream) {
  try {
    std::size_t elements = 0;
    for (const splitbench::Tensor& tensor : splitbench::decode_boundary(stream, kLimits)) {
      elements += tensor.elements();
    }
    if (elements > kLimits.max_elements) std::abort();
  } catch (const splitbench::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  splitbench::Bytes stream(data, data + size);
  decode(stream);
  splitbench::testing::repair_checksum(stream);
  decode(stream);
  return 0;
}
