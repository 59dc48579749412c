#include "data/image_reader.h"

#include "base/error.h"
#include "base/plugin.h"

namespace splitbench {

std::unique_ptr<ImageReader> open_image_reader() {
  return open_image_reader(
      find_plugin(kImagePluginFile,
                  "reading image files needs it: install libopencv-dev and build splitbench with "
                  "-DSPLITBENCH_IMAGE=ON, or set SPLITBENCH_PLUGIN_DIR"));
}

std::unique_ptr<ImageReader> open_image_reader(const std::string& path) {
  const Plugin plugin(path);
  auto* open = reinterpret_cast<OpenImageReader*>(plugin.symbol(kOpenImageReaderSymbol));
  std::unique_ptr<ImageReader> reader(open(SPLITBENCH_VERSION));
  if (!reader) {
    throw runtime_failure("plug-in " + path + " is of another version than this program (" +
                          SPLITBENCH_VERSION + "); install or build both together");
  }
  return reader;
}

}  // namespace splitbench
