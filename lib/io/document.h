// What all documents share: the envelope with its kind, version and run record.
//
//   {"schema": "splitbench.<kind>", "schema_version": "1.0", "tool": {...}, "run": {...},
//    "data": {...}}
//
// Every reader of a document ignores unknown keys and throws Error{kBadInput} for a file that
// cannot be read, is not JSON, nests deeper than 64 levels or repeats a key; for another kind than
// expected; for a newer major version; and for a missing or ill-typed key. The message names the
// file and, as far as it applies, both kinds, both versions or the JSON path. Thread-safe.
#pragma once

#include <string>

#include "core/run_record.h"

namespace splitbench {

// The version that is written. A reader takes every document of the same major version.
constexpr char kSchemaVersion[] = "1.0";

// "profile", "front", "plan", "sweep-manifest", or "cells" for a sweep's folder or *.jsonl file.
std::string document_kind(const std::string& path);

// The run record of a document of any kind.
RunRecord read_run(const std::string& path);

}  // namespace splitbench
