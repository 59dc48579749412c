// The memory of this process, as the kernel counts it.
#pragma once

#include <cstddef>
#include <string>

namespace splitbench {

// The bytes that are resident now, and the most that have been at once since the process began; 0
// where the kernel does not tell. Files are looked up under `root`. Throw nothing; thread-safe.
std::size_t resident_bytes(const std::string& root = "/");
std::size_t peak_resident_bytes(const std::string& root = "/");

// Makes the peak begin anew at what is resident now; false where the kernel does not let us.
bool reset_peak_resident(const std::string& root = "/");

}  // namespace splitbench
