// Checkpoints of trainings from hostile files. The digest is repaired first, or the fuzzer would
// never get past it; what is accepted must survive being written and
// read again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "io/sha256.h"
#include "io/training_checkpoint.h"

namespace {

constexpr std::size_t kDigest = 10, kContent = 74;

void repair_digest(splitbench::Bytes& file) {
  if (file.size() < kContent) return;
  const std::string digest =
      splitbench::sha256_text(std::string(file.begin() + kContent, file.end()));
  std::copy(digest.begin(), digest.end(), file.begin() + kDigest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  splitbench::Bytes file(data, data + size);
  repair_digest(file);
  try {
    const splitbench::TrainingCheckpoint checkpoint = splitbench::parse_checkpoint(file, "fuzz");
    const splitbench::Bytes written = splitbench::checkpoint_bytes(checkpoint);
    const auto again = splitbench::parse_checkpoint(written, "fuzz");
    if (again.state != checkpoint.state || again.identity != checkpoint.identity) std::abort();
    if (splitbench::checkpoint_bytes(again) != written) std::abort();
  } catch (const splitbench::Error&) {
  }
  return 0;
}
