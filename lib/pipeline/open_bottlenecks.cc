#include "pipeline/open_bottlenecks.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "codec/bottleneck/bottleneck_file.h"
#include "codec/tensor_text.h"
#include "io/sha256.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

constexpr char kFile[] = "file";
constexpr std::size_t kMostBytes = std::size_t{4} << 30;  // far above any, tails included

ByteView view_of(const std::string& text) { return {text.data(), text.size()}; }

// Whether the file begins as bottlenecks do; a folder may hold other files.
bool begins_as_bottleneck(const fs::path& path) {
  std::string start(kBottleneckMagic.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file &&
         std::equal(start.begin(), start.end(), kBottleneckMagic.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

template <typename Action>
auto naming(const std::string& path, Action&& action) -> decltype(action()) {
  try {
    return action();
  } catch (const Error& error) {
    throw bad_input(path + ": " + error.what());
  }
}

// The files that a codec's spec stands for.
std::vector<std::string> files_of(const ConfiguredCodec& codec) {
  const std::string path = parse_spec(codec.spec).options.at(kFile);
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path, failed)) {
    const std::string file = entry.path().string();
    if (!entry.is_regular_file() || !begins_as_bottleneck(entry.path())) continue;
    const Bottleneck bottleneck =
        naming(file, [&] { return read_bottleneck(view_of(read_text_file(file, kMostBytes))); });
    if (bottleneck.method == codec.description.name) files.push_back(file);
  }
  if (failed || files.empty()) {
    throw bad_input(path + ": this folder holds no bottleneck of '" + codec.description.name +
                    "'; name a file or folder that 'splitbench train' wrote");
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::size_t find_split(const ModelInfo& info, const std::string& name) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < info.splits.size(); ++i) {
    const SplitPoint& split = info.splits[i];
    const auto& aliases = split.aliases;
    if (split.id == name || std::find(aliases.begin(), aliases.end(), name) != aliases.end()) {
      return i;
    }
    ids.push_back(split.id);
  }
  throw bad_input("is for split '" + name + "', where this model is not cut" +
                  suggestion(name, ids));
}

void require_boundary(const SplitPoint& split, const TensorSpec& spec, const char* what) {
  if (split.boundary.size() == 1 && split.boundary.front() == spec) return;
  std::string crossing;
  for (const TensorSpec& tensor : split.boundary) {
    crossing += (crossing.empty() ? "" : " + ") + tensor_text(tensor);
  }
  throw bad_input(std::string("its ") + what + " " + tensor_text(spec) + ", but at split " +
                  split.id + " of this model " + crossing + " crosses");
}

void require_model(const Bottleneck& about, const ModelSession& session) {
  constexpr std::size_t kShown = 12;
  if (about.model_sha256 == session.sha256) return;
  throw bad_input("belongs to another model: the SHA-256 of its model's file begins with " +
                  about.model_sha256.substr(0, kShown) + ", that of '" + session.manifest.name +
                  "' with " + session.sha256.substr(0, kShown));
}

// Splits are named by their ids from here on.
void place(Bottleneck& about, const ModelInfo& info) {
  const std::size_t from = find_split(info, about.encoder_split);
  const std::size_t to = find_split(info, about.decoder_split);
  require_boundary(info.splits[from], about.input, "encoder takes");
  require_boundary(info.splits[to], about.output, "decoder makes");
  if (from > to || info.splits[to].kind == SplitKind::kDeviceOnly) {
    throw bad_input("goes from split " + info.splits[from].id + " to " + info.splits[to].id +
                    ", which leaves the server nothing to do");
  }
  about.encoder_split = info.splits[from].id;
  about.decoder_split = info.splits[to].id;
}

std::unique_ptr<Segment> open_part(ModelSession& session, BottleneckPart& part, const char* name,
                                   const std::string& device) {
  if (part.network.empty()) return nullptr;
  const Bytes archive = std::exchange(part.network, {});
  return session.backend->open_network(archive, {std::string("its ") + name, device});
}

void require_tail(Segment& tail, const ModelInfo& info, const TensorSpec& input) {
  Tensor zeros = Tensor::allocate(input);
  std::fill_n(zeros.mutable_as<std::uint8_t>(), zeros.bytes(), std::uint8_t{0});
  const Boundary output = tail.run({zeros});
  if (output.size() == 1 && output.front().spec() == info.output) return;
  throw bad_input("its tail does not make " + tensor_text(info.output) +
                  ", which this model's output is");
}

std::shared_ptr<const OpenBottleneck> open_file(ModelSession& session, const std::string& device,
                                                const std::string& path) {
  const std::string file = read_text_file(path, kMostBytes);
  return naming(path, [&] {
    auto open = std::make_shared<OpenBottleneck>();
    open->about = read_bottleneck(view_of(file));
    open->sha256 = sha256_text(file);
    open->number = bottleneck_number(view_of(file));
    require_model(open->about, session);
    place(open->about, session.model->info());
    open->encoder = open_part(session, open->about.encoder, "encoder", device);
    open->decoder = open_part(session, open->about.decoder, "decoder", device);
    open->tail = open_part(session, open->about.tail, "tail", device);
    if (open->tail) require_tail(*open->tail, session.model->info(), open->about.output);
    return open;
  });
}

}  // namespace

std::vector<ConfiguredCodec> open_bottlenecks(ModelSession& session, const std::string& device,
                                              const std::vector<ConfiguredCodec>& codecs,
                                              RunRecorder* recorder) {
  std::vector<ConfiguredCodec> opened;
  std::set<std::string> seen;
  for (const ConfiguredCodec& codec : codecs) {
    if (!codec.learned) {
      opened.push_back(codec);
      continue;
    }
    for (const std::string& path : files_of(codec)) {
      const ConfiguredCodec named = make_codec({codec.description.name, {{kFile, path}}});
      if (!seen.insert(named.spec).second) continue;
      const std::shared_ptr<const OpenBottleneck> bottleneck = open_file(session, device, path);
      opened.push_back(naming(path, [&] { return with_bottleneck(named, bottleneck); }));
      if (recorder != nullptr) recorder->add_input(path);
    }
  }
  return opened;
}

}  // namespace splitbench
