#include "codec/zstd_frame.h"

#include <zstd.h>

#include <string>

#include "base/error.h"

namespace splitbench {

Bytes zstd_compress(ByteView content, int level) {
  Bytes frame(ZSTD_compressBound(content.size));
  const std::size_t size =
      ZSTD_compress(frame.data(), frame.size(), content.data, content.size, level);
  if (ZSTD_isError(size) != 0) {
    throw runtime_failure("zstd cannot compress " + std::to_string(content.size) +
                          " bytes: " + ZSTD_getErrorName(size));
  }
  frame.resize(size);
  return frame;
}

void require_zstd_content(ByteView frame, std::size_t content_bytes, const char* what) {
  const unsigned long long declared = ZSTD_getFrameContentSize(frame.data, frame.size);
  if (declared == ZSTD_CONTENTSIZE_ERROR || declared == ZSTD_CONTENTSIZE_UNKNOWN) {
    throw bad_input(std::string(what) + ": holds no zstd frame of known size");
  }
  if (declared != content_bytes) {
    throw bad_input(std::string(what) + ": its zstd frame declares " + std::to_string(declared) +
                    " bytes, the tensor needs " + std::to_string(content_bytes));
  }
}

void zstd_decompress(ByteView frame, std::uint8_t* content, std::size_t content_bytes,
                     const char* what) {
  const std::size_t size = ZSTD_decompress(content, content_bytes, frame.data, frame.size);
  if (ZSTD_isError(size) != 0) {
    throw bad_input(std::string(what) + ": damaged zstd frame: " + ZSTD_getErrorName(size));
  }
  if (size != content_bytes) {
    throw bad_input(std::string(what) + ": its zstd frame holds " + std::to_string(size) +
                    " bytes, the tensor needs " + std::to_string(content_bytes));
  }
}

}  // namespace splitbench
