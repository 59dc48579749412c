// One zstd frame of known content size: the entropy coder of several codecs.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace splitbench {

// level: 1..19. Throws Error{kRuntime} when zstd fails (out of memory).
Bytes zstd_compress(ByteView content, int level);

// Throws Error{kBadInput} naming `what` unless the frame declares exactly this content size; call
// it before allocating the output.
void require_zstd_content(ByteView frame, std::size_t content_bytes, const char* what);

// Decompresses to exactly content_bytes bytes at `content`, or throws Error{kBadInput}.
void zstd_decompress(ByteView frame, std::uint8_t* content, std::size_t content_bytes,
                     const char* what);

}  // namespace splitbench
