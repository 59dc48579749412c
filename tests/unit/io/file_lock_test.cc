// One holder at a time, and what becomes of the file.
#include "io/file_lock.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(FileLock, HasOneHolder) {
  const TemporaryFolder folder;
  const std::string path = folder.path("lock");
  auto held = std::make_unique<FileLock>(path, "busy");
  EXPECT_EQ(bad_input_message([&] { FileLock(path, "taken by another"); }), "taken by another");
  held.reset();
  EXPECT_TRUE(std::filesystem::exists(path));
  FileLock(path, "busy");
}

TEST(FileLock, RemovesItsFileIfAsked) {
  const TemporaryFolder folder;
  const std::string path = folder.path("lock");
  { const FileLock lock(path, "busy", FileLock::After::kRemove); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FileLock, NamesAPlaceThatCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string path = folder.path("missing/lock");
  EXPECT_NE(bad_input_message([&] { FileLock(path, "busy"); }).find(path), std::string::npos);
}

}  // namespace
}  // namespace splitbench
