// Decoders of calibrated codecs on hostile bodies, each codec calibrated once on synthetic samples.
// What stands in front of a body (checksum, shape, number of the calibration) is as it should be.
//
// Input: the codec and its settings (support/calibrated_codecs.h), then the body.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "codec/stream.h"
#include "support/calibrated_codecs.h"

namespace {

using splitbench::testing::CalibratedCase;
using splitbench::testing::kSelectorBytes;

// Without those whose codec does not take such tensors.
std::vector<CalibratedCase> calibrated_cases() {
  std::vector<CalibratedCase> cases;
  for (const CalibratedCase& candidate : splitbench::testing::uncalibrated_cases()) {
    try {
      const auto ready = splitbench::testing::calibrated_for(candidate.codec, candidate.spec);
      if (ready.codec->unsupported_reason(candidate.spec).empty()) {
        cases.push_back({ready, candidate.spec});
      }
    } catch (const splitbench::Error&) {
    }
  }
  return cases;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<CalibratedCase> cases = calibrated_cases();
  if (size < kSelectorBytes) return 0;
  const CalibratedCase* selected = splitbench::testing::selected_case(cases, {data, size});
  if (selected == nullptr) return 0;
  try {
    const splitbench::ByteView body(data + kSelectorBytes, size - kSelectorBytes);
    if (selected->codec.codec->decode(body, selected->spec).spec() != selected->spec) std::abort();
  } catch (const splitbench::Error&) {
  }
  return 0;
}
