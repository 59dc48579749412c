#include "io/users_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/nearest.h"
#include "io/json.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

struct TextKey {
  const char* key;
  std::string UserEntry::*value;
};
constexpr TextKey kFiles[] = {{"device_profile", &UserEntry::device_profile},
                              {"server_profile", &UserEntry::server_profile},
                              {"cells", &UserEntry::cells}};

struct NumberKey {
  const char* key;
  double UserEntry::*value;
};
constexpr NumberKey kNumbers[] = {{"weight", &UserEntry::weight},
                                  {"arrivals_hz", &UserEntry::arrivals_hz},
                                  {"device_scale", &UserEntry::device_scale},
                                  {"server_scale", &UserEntry::server_scale}};

struct BoundKey {
  const char* key;
  std::optional<double> Constraints::*value;
};
constexpr BoundKey kBounds[] = {{"max_accuracy_loss", &Constraints::max_accuracy_loss},
                                {"max_latency_s", &Constraints::max_latency_s},
                                {"max_payload_bytes", &Constraints::max_payload_bytes},
                                {"max_device_memory_bytes", &Constraints::max_device_memory_bytes}};

// What plans of one device have, and why users have none.
struct AbsentKey {
  const char* key;
  const char* reason;
};
constexpr AbsentKey kAbsent[] = {
    {"max_energy_j", "plans for several users do not estimate energy"},
    {"objective", "users share for the least weighted sum of latencies; see weight"}};

void refuse_unknown_keys(const JsonNode& node, const std::vector<std::string>& known) {
  for (const auto& [key, value] : node.members()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    for (const AbsentKey& absent : kAbsent) {
      if (key == absent.key) node.fail("has " + key + ": " + absent.reason + "; leave it out");
    }
    node.fail("has a key " + shown(key) + suggestion(key, known));
  }
}

std::vector<std::string> entry_keys() {
  std::vector<std::string> keys = {"link", "certain_loss"};
  for (const TextKey& key : kFiles) keys.push_back(key.key);
  for (const NumberKey& key : kNumbers) keys.push_back(key.key);
  for (const BoundKey& key : kBounds) keys.push_back(key.key);
  return keys;
}

std::string beside(const std::string& file, const fs::path& folder) {
  return file.empty() ? file : (folder / file).string();
}

// A link is a file beside this one, or whatever else --link takes.
std::string link_beside(const std::string& link, const fs::path& folder) {
  std::error_code ignored;
  const fs::path file = folder / link;
  return !link.empty() && fs::is_regular_file(file, ignored) ? file.string() : link;
}

// Sets what `node` has.
void read_entry(const JsonNode& node, const fs::path& folder, UserEntry& entry) {
  for (const TextKey& key : kFiles) {
    if (node.find(key.key)) entry.*key.value = beside(node.at(key.key).text(), folder);
  }
  for (const NumberKey& key : kNumbers) {
    entry.*key.value = node.optional_number(key.key).value_or(entry.*key.value);
  }
  for (const BoundKey& key : kBounds) {
    if (const auto bound = node.optional_number(key.key)) entry.constraints.*key.value = bound;
  }
  if (const auto certain = node.find("certain_loss")) {
    entry.constraints.certain_loss = certain->boolean();
  }
  if (const auto link = node.find("link")) entry.link = link_beside(link->text(), folder);
}

UserEntry user_from(const JsonNode& node, const fs::path& folder, const UserEntry& defaults,
                    bool link_is_shared) {
  std::vector<std::string> keys = entry_keys();
  keys.emplace_back("name");
  refuse_unknown_keys(node, keys);
  UserEntry user = defaults;
  user.name = node.at("name").text();
  read_entry(node, folder, user);
  for (const TextKey& key : kFiles) {
    if ((user.*key.value).empty()) {
      node.fail(std::string("has no ") + key.key + ", and neither have the defaults");
    }
  }
  if (user.link.empty() && !link_is_shared) {
    node.fail("has no link, and there is no shared_link; add \"link\": \"rate=8Mbit,rtt=20ms\"");
  }
  if (user.constraints.certain_loss && !user.constraints.max_accuracy_loss) {
    node.fail("has certain_loss without max_accuracy_loss");
  }
  return user;
}

}  // namespace

UsersFile read_users(const std::string& path) {
  const nlohmann::json json = parse_json(read_text_file(path), path);
  const JsonNode root(json, path);
  refuse_unknown_keys(root, {"shared_link", "defaults", "users"});
  const fs::path folder = fs::path(path).parent_path();
  UsersFile file;
  file.shared_link = link_beside(root.optional_text("shared_link"), folder);
  UserEntry defaults;
  if (const auto node = root.find("defaults")) {
    refuse_unknown_keys(*node, entry_keys());
    read_entry(*node, folder, defaults);
  }
  const std::vector<JsonNode> users = root.at("users").items();
  if (users.empty() || users.size() > kMostUsers) {
    root.at("users").fail("has " + std::to_string(users.size()) + " entries, must have 1 to " +
                          std::to_string(kMostUsers));
  }
  for (const JsonNode& user : users) {
    file.users.push_back(user_from(user, folder, defaults, !file.shared_link.empty()));
  }
  return file;
}

}  // namespace splitbench
