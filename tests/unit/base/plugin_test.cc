#include "base/plugin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class FindPlugin : public ::testing::Test {
 protected:
  void TearDown() override { unsetenv("SPLITBENCH_PLUGIN_DIR"); }
  TemporaryFolder folder_;
};

TEST_F(FindPlugin, LooksInTheFolderOfTheEnvironmentVariable) {
  const std::string file = folder_.write("libx.so", "");
  setenv("SPLITBENCH_PLUGIN_DIR", folder_.path().c_str(), 1);
  EXPECT_EQ(find_plugin("libx.so", "remedy"), file);
}

TEST_F(FindPlugin, LooksBesideTheProgram) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(find_plugin(program.filename().string(), "remedy"), program.string());
}

TEST_F(FindPlugin, SaysWhatWasSoughtWhereAndHowToGetIt) {
  setenv("SPLITBENCH_PLUGIN_DIR", folder_.path().c_str(), 1);
  const std::string message =
      error_message(ErrorCode::kRuntime, [] { find_plugin("libabsent.so", "install absent"); });
  EXPECT_NE(message.find("libabsent.so"), std::string::npos) << message;
  EXPECT_NE(message.find(folder_.path()), std::string::npos) << message;
  EXPECT_NE(message.find("install absent"), std::string::npos) << message;
}

TEST(Plugin, RefusesAFileThatIsNoLibraryInOneLine) {
  const TemporaryFolder folder;
  const std::string file = folder.write("libx.so", "text");
  const std::string message = error_message(ErrorCode::kRuntime, [&] { Plugin plugin(file); });
  EXPECT_NE(message.find(file), std::string::npos) << message;
}

TEST(Plugin, FindsSymbolsAndNamesMissingOnes) {
  const Plugin plugin("libm.so.6");
  using Unary = double(double);
  EXPECT_EQ(reinterpret_cast<Unary*>(plugin.symbol("sqrt"))(9.0), 3.0);
  const std::string message =
      error_message(ErrorCode::kRuntime, [&] { plugin.symbol("no_such_symbol"); });
  EXPECT_NE(message.find("no_such_symbol"), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
