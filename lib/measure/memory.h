// The memory of this process, as the kernel counts it.
#pragma once

#include <cstddef>
#include <string>

namespace splitbench {

// The most bytes that have been resident at once since the process began; 0 where the kernel does
// not tell. Files are looked up under `root`. Throws nothing; thread-safe.
std::size_t peak_resident_bytes(const std::string& root = "/");

}  // namespace splitbench
