// Readers of the files that users write by hand, on hostile text: model manifests, links and
// the users of a server.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "../support/memory_file.h"
#include "base/error.h"
#include "io/link_file.h"
#include "io/manifest_file.h"
#include "io/users_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const splitbench::MemoryFile file(data, size);
  try {
    const splitbench::ModelManifest manifest = splitbench::read_model_manifest(file.path());
    if (manifest.file.empty()) std::abort();
    if (manifest.input_shape && splitbench::element_count(*manifest.input_shape) == 0) std::abort();
  } catch (const splitbench::Error&) {
  }
  try {
    for (const splitbench::UserEntry& user : splitbench::read_users(file.path()).users) {
      if (user.device_profile.empty() || user.cells.empty()) std::abort();
    }
  } catch (const splitbench::Error&) {
  }
  try {
    if (!(splitbench::read_link_file(file.path()).rate_bps > 0)) std::abort();
  } catch (const splitbench::Error&) {
  }
  return 0;
}
