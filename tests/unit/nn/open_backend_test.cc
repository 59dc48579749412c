#include "nn/open_backend.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(OpenBackend, WithoutThePlugInSaysHowToGetIt) {
  const TemporaryFolder folder;
  setenv("SPLITBENCH_PLUGIN_DIR", folder.path().c_str(), 1);
  const std::string message = error_message(ErrorCode::kRuntime, [] { open_backend(); });
  EXPECT_NE(message.find(folder.path()), std::string::npos) << message;
  EXPECT_NE(message.find("install LibTorch (libtorch-dev) and build with -DSPLITBENCH_TORCH=ON"),
            std::string::npos)
      << message;
}

TEST(OpenBackend, AFileThatIsNoLibraryIsRefused) {
  const TemporaryFolder folder;
  folder.write("libsplitbench_torch.so", "not a library");
  setenv("SPLITBENCH_PLUGIN_DIR", folder.path().c_str(), 1);
  const std::string message = error_message(ErrorCode::kRuntime, [] { open_backend(); });
  EXPECT_NE(message.find(folder.path("libsplitbench_torch.so")), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
