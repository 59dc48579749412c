#include "io/listing.h"

#include "io/document.h"
#include "io/json.h"

namespace splitbench {

std::string listing_json(
    const std::string& what, const std::vector<std::string>& keys,
    const std::vector<std::vector<std::variant<std::monostate, std::string, double>>>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      Json& value = object[keys[i]];
      if (const auto* text = std::get_if<std::string>(&row.at(i))) value = *text;
      if (const auto* number = std::get_if<double>(&row.at(i))) value = *number;
    }
    list.push_back(std::move(object));
  }
  const Json document = {{"schema", "splitbench.list"},
                         {"schema_version", kSchemaVersion},
                         {"data", {{what, std::move(list)}}}};
  return document_text(document, "the list of " + what);
}

}  // namespace splitbench
