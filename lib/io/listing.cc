#include "io/listing.h"

#include <cmath>

#include "io/document.h"
#include "io/value_json.h"

namespace splitbench {
namespace {

constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53

Json number_json(double number) {
  const bool whole = std::trunc(number) == number && std::abs(number) <= kMaxExactInteger;
  return whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
}

std::string list_text(const std::string& what, Json list) {
  const Json document = {{"schema", "splitbench.list"},
                         {"schema_version", kSchemaVersion},
                         {"data", {{what, std::move(list)}}}};
  return document_text(document, "the list of " + what);
}

}  // namespace

std::string listing_json(
    const std::string& what, const std::vector<std::string>& keys,
    const std::vector<std::vector<std::variant<std::monostate, std::string, double>>>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      Json& value = object[keys[i]];
      if (const auto* text = std::get_if<std::string>(&row.at(i))) value = *text;
      if (const auto* number = std::get_if<double>(&row.at(i))) value = number_json(*number);
    }
    list.push_back(std::move(object));
  }
  return list_text(what, std::move(list));
}

std::string splits_listing_json(const std::vector<SplitPoint>& splits,
                                const std::vector<double>& relative_errors) {
  Json list = Json::array();
  for (std::size_t i = 0; i < splits.size(); ++i) {
    Json json = split_point_json(splits[i]);
    if (!relative_errors.empty()) {
      std::optional<double> error = relative_errors.at(i);
      if (!std::isfinite(*error)) error.reset();
      set_or_null(json, "relative_error", error, "the output has another shape or is not finite");
    }
    list.push_back(std::move(json));
  }
  return list_text("splits", std::move(list));
}

}  // namespace splitbench
