// Whole text files in and out, with errors that name the path and the system's reason.
//
// Thread-safe for different paths.
#pragma once

#include <cstddef>
#include <string>

namespace splitbench {

// The largest document that is read: far above any that splitbench writes, far below what would
// exhaust memory once parsed.
constexpr std::size_t kMaxDocumentBytes = std::size_t{256} << 20;

// The bytes of a regular file, pipe or character device.
// Throws Error{kBadInput} when `path` cannot be read, is a directory or a pipe without
// a writer, or holds more than
// `max_bytes`.
std::string read_text_file(const std::string& path, std::size_t max_bytes = kMaxDocumentBytes);

// Writes `text` to `path` through an OutputFile: completely or not at all.
void write_text_file(const std::string& path, const std::string& text);

}  // namespace splitbench
