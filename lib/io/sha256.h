// SHA-256 digests (FIPS 180-4) as 64 lower-case hexadecimal digits. Thread-safe.
#pragma once

#include <string>

namespace splitbench {

// Reads the file in blocks. Throws Error{kBadInput} naming the path when it cannot be read.
std::string sha256_file(const std::string& path);
std::string sha256_text(const std::string& text);

}  // namespace splitbench
