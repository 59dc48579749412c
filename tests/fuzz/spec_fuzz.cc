// Spec strings, and their completion by the codecs: errors are Error, canonical forms fixed points.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/spec.h"
#include "codec/registry.h"

namespace {

constexpr std::size_t kMaxLength = 256;

void check_canonical(const splitbench::Spec& spec) {
  const std::string text = spec.canonical();
  if (splitbench::parse_spec(text).canonical() != text) std::abort();
}

void check_expansion(const std::string& text) {
  for (const splitbench::Spec& spec : splitbench::expand_spec(text)) {
    const splitbench::Spec complete = splitbench::complete_codec_spec(spec);
    check_canonical(complete);
    if (splitbench::complete_codec_spec(complete).canonical() != complete.canonical()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxLength) return 0;
  const std::string text(data, data + size);
  try {
    check_canonical(splitbench::parse_spec(text));
  } catch (const splitbench::Error&) {
  }
  try {
    check_expansion(text);
  } catch (const splitbench::Error&) {
  }
  return 0;
}
