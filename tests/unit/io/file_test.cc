// Files in and out: OutputFile, text files, digests, base64.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "io/base64.h"
#include "io/output_file.h"
#include "io/sha256.h"
#include "io/text_file.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

// Makes writes beyond `bytes` of a file fail with EFBIG, as a full disk does with ENOSPC.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int) = nullptr;
};

TEST(OutputFile, CommitsAtomicallyAndLeavesNoTemporary) {
  const TemporaryFolder folder;
  const std::string path = folder.write("p.json", "old");
  {
    OutputFile file(path);
    EXPECT_EQ(folder.entries(), 2u);  // the temporary is there from the start
    EXPECT_EQ(folder.read("p.json"), "old");
    file.commit("new");
  }
  EXPECT_EQ(folder.read("p.json"), "new");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, WithoutCommitNothingChanges) {
  const TemporaryFolder folder;
  { const OutputFile file(folder.path("p.json")); }
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(OutputFile, ReplacesTheLeftoverOfAKilledProcess) {
  const TemporaryFolder folder;
  folder.write("p.json.tmp." + std::to_string(getpid()), "torn");
  OutputFile(folder.path("p.json")).commit("whole");
  EXPECT_EQ(folder.read("p.json"), "whole");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, WritesThroughASymbolicLink) {
  const TemporaryFolder folder;
  folder.write("real.json", "old");
  ASSERT_EQ(symlink("real.json", folder.path("link.json").c_str()), 0);
  OutputFile(folder.path("link.json")).commit("new");
  EXPECT_EQ(folder.read("real.json"), "new");
  struct stat status {};
  ASSERT_EQ(lstat(folder.path("link.json").c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
}

TEST(OutputFile, UnwritablePlacesFailAtOnce) {
  const TemporaryFolder folder;
  const std::string nowhere = folder.path("missing/p.json");
  EXPECT_EQ(bad_input_message([&] { OutputFile file(nowhere); }),
            "cannot write '" + nowhere + "': No such file or directory");
  const std::string under_file = folder.write("file", "") + "/p.json";
  EXPECT_EQ(bad_input_message([&] { OutputFile file(under_file); }),
            "cannot write '" + under_file + "': Not a directory");
  EXPECT_EQ(bad_input_message([&] { OutputFile file(folder.path()); }),
            "cannot write '" + folder.path() + "': Is a directory");
}

TEST(OutputFile, AFullDeviceIsARuntimeError) {
  OutputFile file("/dev/full");
  EXPECT_EQ(error_message(ErrorCode::kRuntime, [&] { file.commit("text"); }),
            "writing '/dev/full' failed: No space left on device");
}

TEST(OutputFile, AFailedCommitKeepsTheOldFileAndRemovesTheTemporary) {
  const TemporaryFolder folder;
  const std::string path = folder.write("p.json", "old");
  {
    OutputFile file(path);
    const FileSizeLimit limit(1000);
    EXPECT_EQ(error_message(ErrorCode::kRuntime, [&] { file.commit(std::string(5000, 'x')); }),
              "writing '" + path + "' failed: File too large");
  }
  EXPECT_EQ(folder.read("p.json"), "old");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(TextFile, Returns) {
  const TemporaryFolder folder;
  const std::string text = std::string("a\0b\n", 4) + std::string(200'000, 'x');
  write_text_file(folder.path("t"), text);
  EXPECT_EQ(read_text_file(folder.path("t")), text);
  write_text_file(folder.path("empty"), "");
  EXPECT_EQ(read_text_file(folder.path("empty")), "");
}

TEST(TextFile, ReadingNamesPathAndReason) {
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing.json");
  EXPECT_EQ(bad_input_message([&] { read_text_file(missing); }),
            "cannot read '" + missing + "': No such file or directory");
  EXPECT_EQ(bad_input_message([&] { read_text_file(folder.path()); }),
            "cannot read '" + folder.path() + "': Is a directory");
}

TEST(TextFile, PipesAreReadToTheirEnd) {
  const TemporaryFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string text(200'000, 'x');  // more than a pipe holds
  std::thread writer([&] { std::ofstream(path) << text; });
  EXPECT_EQ(read_text_file(path), text);
  writer.join();
}

TEST(TextFile, APipeWithoutAWriterIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(bad_input_message([&] { read_text_file(path); }),
            "cannot read '" + path + "': a pipe to which no program writes");
}

TEST(TextFile, ReadingIsLimited) {
  const TemporaryFolder folder;
  const std::string path = folder.write("t", std::string(11, 'x'));
  EXPECT_EQ(read_text_file(path, 11).size(), 11u);
  EXPECT_EQ(bad_input_message([&] { read_text_file(path, 10); }),
            "cannot read '" + path + "': larger than 10 bytes");
  // Endless: must stop at the limit.
  EXPECT_NE(bad_input_message([] { read_text_file("/dev/zero", 1 << 20); }), "");
}

TEST(Sha256, MatchesTheStandardsExamples) {
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TemporaryFolder folder;
  // FIPS 180 example: a million times 'a', which spans several blocks.
  const std::string path = folder.write("a", std::string(1'000'000, 'a'));
  EXPECT_EQ(sha256_file(path), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(bad_input_message([&] { sha256_file(folder.path("none")); }),
            "cannot read '" + folder.path("none") + "': No such file or directory");
  EXPECT_NE(bad_input_message([&] { sha256_file(folder.path()); }), "");
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

TEST(Base64, MatchesTheTestVectorsOfRfc4648) {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : rows) {
    EXPECT_EQ(base64_encode(bytes_of(plain)), encoded);
    EXPECT_EQ(base64_decode(encoded), bytes_of(plain));
  }
}

TEST(Base64, EveryByteReturns) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::uint8_t>(255 - i));
  EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
}

TEST(Base64, OnlyCanonicalTextIsAccepted) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=Zg=", "Z===", "====",
                           "Zm9v\n", "Zm 9", "Zm9-", "Zm9\x80", "Zg==Zg=="}) {
    EXPECT_EQ(bad_input_message([&] { base64_decode(text); }), "not canonical base64") << text;
  }
}

}  // namespace
}  // namespace splitbench
