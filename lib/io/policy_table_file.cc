#include "io/policy_table_file.h"

#include "io/text_file.h"

namespace splitbench {

PolicyTable read_policy_table_file(const std::string& path) {
  const std::string text = read_text_file(path, kMaxPolicyBytes);
  return parse_policy({text.data(), text.size()}, path);
}

}  // namespace splitbench
