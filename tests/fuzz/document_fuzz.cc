// Readers of every kind of document on hostile text. What one of them accepts must be writable and
// return unchanged.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "../support/memory_file.h"
#include "base/error.h"
#include "io/cells_file.h"
#include "io/device_file.h"
#include "io/document.h"
#include "io/front_document.h"
#include "io/plan_document.h"
#include "io/profile_document.h"
#include "io/shared_plan_document.h"
#include "io/simulation_document.h"

namespace splitbench {
namespace {

// `rewrite(path)` reads the document and writes it again.
template <typename Rewrite>
void expect_stable(const std::string& path, Rewrite rewrite) {
  std::string text;
  try {
    text = rewrite(path);
  } catch (const Error&) {
    return;
  }
  const MemoryFile copy(text.data(), text.size());
  if (rewrite(copy.path()) != text) std::abort();
}

void read_everything(const std::string& path) {
  expect_stable(path, [](const std::string& p) { return profile_document(read_profile(p), {}); });
  expect_stable(path, [](const std::string& p) { return front_document(read_front(p), {}); });
  expect_stable(path, [](const std::string& p) { return plan_document(read_plan(p), {}); });
  expect_stable(path,
                [](const std::string& p) { return shared_plan_document(read_shared_plan(p), {}); });
  expect_stable(path, [](const std::string& p) { return front_document({}, read_run(p)); });
  expect_stable(path,
                [](const std::string& p) { return simulation_document(read_simulation(p), {}); });
  expect_stable(path, [](const std::string& p) { return device_file_text(read_device_file(p)); });
  try {
    document_kind(path);
  } catch (const Error&) {
  }
  try {
    read_cells(path, nullptr);
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace splitbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const splitbench::MemoryFile file(data, size);
  splitbench::read_everything(file.path());
  return 0;
}
