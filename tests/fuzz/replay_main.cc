// Runs a fuzz target without a fuzzer: on every file of its corpus, on each file cut off at various
// places, and on a fixed number of seeded mutations of it. The same inputs on every machine.
//
// Usage: <target>_replay CORPUS_DIRECTORY. A finding is a crash, a sanitizer's report or an
// exception that leaves the target; the file and the mutation in work are then told on stderr.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/rng.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using splitbench::Bytes;
using splitbench::Rng;

constexpr int kMutationsPerFile = 400;
constexpr std::size_t kMaxCutsPerFile = 200;
constexpr std::uint64_t kMaxEdits = 4;

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// The input in its own allocation of exactly its size, so that a sanitizer sees every over-read.
void run(const Bytes& input) {
  const Bytes exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::size_t position(Rng& rng, const Bytes& bytes) {
  return static_cast<std::size_t>(rng.below(bytes.size()));
}

Bytes mutated(Bytes bytes, Rng& rng) {
  for (std::uint64_t edits = 1 + rng.below(kMaxEdits); edits > 0; --edits) {
    if (bytes.empty()) bytes.push_back(0);
    const std::size_t at = position(rng, bytes);
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (rng.below(4)) {
      case 0:
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << rng.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<std::uint8_t>(rng.below(256));
        break;
      case 2:
        bytes.insert(place, static_cast<std::uint8_t>(rng.below(256)));
        break;
      default:
        bytes.erase(place);
        break;
    }
  }
  return bytes;
}

void replay(const std::filesystem::path& path) {
  const Bytes input = read_file(path);
  run(input);
  const std::size_t step = 1 + input.size() / kMaxCutsPerFile;
  for (std::size_t size = 0; size < input.size(); size += step) {
    run(Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  for (int mutation = 0; mutation < kMutationsPerFile; ++mutation) {
    Rng rng(static_cast<std::uint64_t>(mutation));
    try {
      run(mutated(input, rng));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s, mutation %d: escaped exception: %s\n", path.c_str(), mutation,
                   error.what());
      throw;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  if (files.empty()) {
    std::fprintf(stderr, "%s: the corpus is empty\n", argv[1]);
    return 2;
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) replay(file);
  std::printf("%zu files replayed\n", files.size());
  return 0;
}
