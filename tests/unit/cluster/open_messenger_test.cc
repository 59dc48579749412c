#include "cluster/open_messenger.h"

#include <gtest/gtest.h>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(OpenMessenger, RefusesAFileThatIsNoPlugin) {
  const TemporaryFolder folder;
  const std::string path = folder.write("libsplitbench_mpi.so", "text");
  const std::string message = error_message(ErrorCode::kRuntime, [&] { open_messenger(path); });
  EXPECT_NE(message.find(path), std::string::npos) << message;
}

TEST(OpenMessenger, RefusesALibraryWithoutItsSymbol) {
  const std::string message =
      error_message(ErrorCode::kRuntime, [] { open_messenger("libm.so.6"); });
  EXPECT_NE(message.find(kOpenMessengerSymbol), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
