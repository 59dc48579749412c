#include "codec/library_versions.h"

#include <lz4.h>
#include <png.h>
#include <webp/encode.h>
#include <zlib.h>
#include <zstd.h>

// jconfig.h after zlib: it defines types that other headers define too.
#include <jconfig.h>

#define SPLITBENCH_TEXT_OF(value) #value
#define SPLITBENCH_TEXT(value) SPLITBENCH_TEXT_OF(value)

namespace splitbench {

std::vector<std::pair<std::string, std::string>> codec_library_versions() {
  const int webp = WebPGetEncoderVersion();
  return {{"zlib", zlibVersion()},
          {"zstd", ZSTD_versionString()},
          {"libjpeg-turbo", SPLITBENCH_TEXT(LIBJPEG_TURBO_VERSION)},
          {"libpng", png_get_libpng_ver(nullptr)},
          {"libwebp", std::to_string(webp >> 16) + "." + std::to_string(webp >> 8 & 0xff) + "." +
                          std::to_string(webp & 0xff)},
          {"lz4", LZ4_versionString()}};
}

}  // namespace splitbench
