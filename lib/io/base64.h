// Base64 with padding and without line breaks (RFC 4648, section 4). Thread-safe.
#pragma once

#include <string>

#include "base/bytes.h"

namespace splitbench {

std::string base64_encode(ByteView bytes);
// Throws Error{kBadInput} for anything but canonical base64.
Bytes base64_decode(const std::string& text);

}  // namespace splitbench
