// Links as written on the command line: what is accepted is valid.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/error.h"
#include "link/link.h"

namespace {

std::optional<splitbench::Link> accepted(const std::string& text) {
  try {
    return splitbench::parse_link(text);
  } catch (const splitbench::Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::optional<splitbench::Link> link = accepted(text);
  if (!link) return 0;
  if (link->name != text) std::abort();
  splitbench::validate(*link);
  return 0;
}
