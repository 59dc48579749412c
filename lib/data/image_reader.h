// Opens the image plug-in (libsplitbench_image.so), which decodes image files with OpenCV.
#pragma once

#include <memory>
#include <string>

#include "core/dataset.h"

namespace splitbench {

// Every plug-in exports this: it returns nullptr when `build_id` is not its own SPLITBENCH_VERSION.
// The caller owns the result.
using OpenImageReader = ImageReader*(const char* build_id);
inline constexpr const char* kOpenImageReaderSymbol = "splitbench_open_image_reader";
inline constexpr const char* kImagePluginFile = "libsplitbench_image.so";

// Finds the plug-in as find_plugin() does (base/plugin.h) and opens it. Throws Error{kRuntime}, one
// line, when it is missing (and says how to get it), cannot be opened or is of another version.
std::unique_ptr<ImageReader> open_image_reader();

// The same with a plug-in at a known path.
std::unique_ptr<ImageReader> open_image_reader(const std::string& path);

}  // namespace splitbench
