// Calibrations from hostile files: whatever with_calibration() accepts must encode and decode. The
// checksum is repaired first, or the fuzzer would never get past it.
//
// Input: the codec and its settings (support/calibrated_codecs.h), then the calibration.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "codec/stream.h"
#include "support/calibrated_codecs.h"
#include "support/checksum.h"

namespace {

using splitbench::ConfiguredCodec;
using splitbench::Tensor;
using splitbench::TensorSpec;
using splitbench::testing::CalibratedCase;
using splitbench::testing::kSelectorBytes;

void code_with(const ConfiguredCodec& codec, splitbench::ByteView calibration) {
  const ConfiguredCodec ready = with_calibration(codec, calibration);
  for (const TensorSpec& spec : splitbench::testing::small_calibrated_specs()) {
    if (!ready.codec->unsupported_reason(spec).empty()) continue;
    const Tensor tensor = splitbench::testing::synthetic_features(spec.shape, 1);
    const splitbench::Bytes stream = encode_tensor(ready, tensor);
    if (decode_tensor(ready, stream, {}).spec() != spec) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<CalibratedCase> cases = splitbench::testing::uncalibrated_cases();
  if (size < kSelectorBytes) return 0;
  const CalibratedCase* selected = splitbench::testing::selected_case(cases, {data, size});
  if (selected == nullptr) return 0;
  splitbench::Bytes calibration(data + kSelectorBytes, data + size);
  splitbench::testing::repair_checksum(calibration);
  try {
    code_with(selected->codec, calibration);
  } catch (const splitbench::Error&) {
  }
  return 0;
}
