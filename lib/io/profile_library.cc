#include "io/profile_library.h"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

namespace splitbench {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".json";

}  // namespace

std::vector<std::string> profile_folders(const std::string& executable) {
  std::vector<fs::path> candidates;
  if (const char* listed = std::getenv("SPLITBENCH_PROFILES")) {
    std::istringstream folders(listed);
    for (std::string folder; std::getline(folders, folder, ':');) candidates.emplace_back(folder);
  }
  const fs::path binaries = fs::path(executable).parent_path();
  for (const char* relative : {"../profiles", "../../profiles", "../share/splitbench/profiles"}) {
    candidates.push_back((binaries / relative).lexically_normal());
  }
  std::vector<std::string> folders;
  for (const fs::path& candidate : candidates) {
    std::error_code ignored;
    if (fs::is_directory(candidate, ignored)) folders.push_back(candidate.string());
  }
  return folders;
}

std::optional<std::string> find_named(const std::string& kind, const std::string& name,
                                      const std::vector<std::string>& folders) {
  if (name.empty() || name.find('/') != std::string::npos) return std::nullopt;
  for (const std::string& folder : folders) {
    const fs::path path = fs::path(folder) / kind / (name + kSuffix);
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) return path.string();
  }
  return std::nullopt;
}

std::vector<std::string> list_named(const std::string& kind,
                                    const std::vector<std::string>& folders) {
  std::set<std::string> names;
  for (const std::string& folder : folders) {
    std::error_code ignored;
    for (const fs::directory_entry& entry :
         fs::directory_iterator(fs::path(folder) / kind, ignored)) {
      const std::string name = entry.path().stem().string();
      const bool other_kind = name.find('.') != std::string::npos;
      if (entry.path().extension() == kSuffix && !other_kind) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace splitbench
