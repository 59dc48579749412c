// Policy tables from hostile bytes: refused, or read so that writing returns the same bytes and
// looking up stays within the table. A second reading puts a right checksum behind the bytes, or a
// fuzzer would never come past it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "core/policy_table.h"

namespace splitbench {
namespace {

std::uint32_t checksum(const Bytes& bytes) {
  std::uint32_t hash = 2166136261u;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 16777619u;
  return hash;
}

void read_table(ByteView bytes) {
  PolicyTable table;
  try {
    table = parse_policy(bytes, "table");
  } catch (const Error&) {
    return;
  }
  const Bytes written = policy_bytes(table);
  if (policy_bytes(parse_policy(written, "table")) != written) std::abort();
  for (const double rate : {1e3, 1e6, 1e9}) {
    const std::size_t i = choose_entry(table, rate, 0.5);
    if (i != kNoEntry && i >= table.entries.size()) std::abort();
  }
}

}  // namespace
}  // namespace splitbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace splitbench;  // NOLINT(google-build-using-namespace)
  read_table({data, size});
  if (size < 4) return 0;
  Bytes checked(data, data + size - 4);
  ByteWriter writer;
  writer.raw(checked);
  writer.u32(checksum(checked));
  read_table(writer.bytes());
  return 0;
}
