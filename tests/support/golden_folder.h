// Where recorded streams lie: tests/data, or where SPLITBENCH_GOLDEN_FOLDER says, to hold two
// platforms against each other (scripts/check_arm64).
#pragma once

#include <cstdlib>
#include <filesystem>

namespace splitbench::testing {

inline std::filesystem::path golden_folder() {
  const char* elsewhere = std::getenv("SPLITBENCH_GOLDEN_FOLDER");
  return elsewhere != nullptr ? elsewhere : SPLITBENCH_TEST_DATA;
}

}  // namespace splitbench::testing
