// Bottleneck files from hostile places: what is read must be what writing and reading it gives
// again. The checksum is repaired first, or the fuzzer would never get past it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "codec/bottleneck/bottleneck_file.h"
#include "support/bottleneck_samples.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  splitbench::Bytes file(data, data + size);
  splitbench::testing::repair_bottleneck_checksum(file);
  try {
    const splitbench::Bottleneck bottleneck = splitbench::read_bottleneck(file);
    const splitbench::Bytes again = splitbench::write_bottleneck(bottleneck);
    if (splitbench::write_bottleneck(splitbench::read_bottleneck(again)) != again) std::abort();
  } catch (const splitbench::Error&) {
  }
  return 0;
}
