#include "io/link_file.h"

#include <filesystem>

#include "io/json.h"
#include "io/text_file.h"
#include "io/value_json.h"

namespace splitbench {

Link read_link_file(const std::string& path) {
  const nlohmann::json json = parse_json(read_text_file(path), path);
  return link_from({json, path}, std::filesystem::path(path).stem().string());
}

}  // namespace splitbench
