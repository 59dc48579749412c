#include "io/document.h"

#include <filesystem>

#include "io/envelope.h"

namespace splitbench {
namespace {

constexpr char kLinesSuffix[] = ".jsonl";

}  // namespace

std::string document_kind(const std::string& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  if (folder || std::filesystem::path(path).extension() == kLinesSuffix) return "cells";
  const std::string schema = OpenedDocument(path, "").root().at("schema").text();
  return schema.substr(schema.find('.') + 1);
}

RunRecord read_run(const std::string& path) { return OpenedDocument(path, "").run(); }

}  // namespace splitbench
