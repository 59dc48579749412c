// Writing and opening the envelope of a document (see io/document.h). Private to lib/io.
#pragma once

#include <string>

#include "core/run_record.h"
#include "io/json.h"

namespace splitbench {

// The finished text of a document; `kind` without "splitbench.", `parts` as in document_text().
// Throws Error{kRuntime} when a number is not finite.
std::string envelope_text(const std::string& kind, const RunRecord& run, Json data,
                          const std::vector<TextPart>& parts = {});

// A parsed document whose kind and version have been checked.
class OpenedDocument {
 public:
  // An empty `kind` takes every kind.
  OpenedDocument(const std::string& path, const std::string& kind);

  RunRecord run() const;
  // Views into this object.
  JsonNode root() const { return {json_, path_}; }
  JsonNode data() const { return root().at("data"); }

 private:
  std::string path_;
  nlohmann::json json_;
};

// Throws Error{kBadInput} when the version at `node` is malformed or of a newer major version.
void check_schema_version(const JsonNode& node);

}  // namespace splitbench
