#include "io/training_checkpoint.h"

#include <cstring>

#include "base/error.h"
#include "io/sha256.h"

namespace splitbench {
namespace {

constexpr char kMagic[] = "\x89SBTRAIN";
constexpr std::size_t kMagicBytes = sizeof kMagic - 1;
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kDigits = 64;
constexpr std::size_t kEpochBytes = 1 + 5 * sizeof(double);  // at least

std::string as_text(ByteView view) { return {reinterpret_cast<const char*>(view.data), view.size}; }

void write_text(ByteWriter& writer, const std::string& text) {
  writer.varint(text.size());
  writer.raw({text.data(), text.size()});
}

std::string read_text(ByteReader& reader) { return as_text(reader.raw(reader.varint())); }

void write_number(ByteWriter& writer, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  writer.u32(static_cast<std::uint32_t>(bits));
  writer.u32(static_cast<std::uint32_t>(bits >> 32));
}

double read_number(ByteReader& reader) {
  const std::uint64_t low = reader.u32();
  const std::uint64_t bits = low | std::uint64_t{reader.u32()} << 32;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void write_epoch(ByteWriter& writer, const TrainingEpoch& epoch) {
  write_text(writer, epoch.stage);
  for (const double value :
       {epoch.learning_rate, epoch.loss, epoch.validation_top1, epoch.bits, epoch.seconds}) {
    write_number(writer, value);
  }
}

TrainingEpoch read_epoch(ByteReader& reader) {
  TrainingEpoch epoch;
  epoch.stage = read_text(reader);
  for (double* value :
       {&epoch.learning_rate, &epoch.loss, &epoch.validation_top1, &epoch.bits, &epoch.seconds}) {
    *value = read_number(reader);
  }
  return epoch;
}

TrainingCheckpoint read_content(ByteReader& reader, const std::string& what) {
  TrainingCheckpoint checkpoint;
  checkpoint.identity = read_text(reader);
  for (std::size_t* value :
       {&checkpoint.stage, &checkpoint.epoch, &checkpoint.step, &checkpoint.epoch_images}) {
    *value = reader.varint();
  }
  for (double* value : {&checkpoint.epoch_loss, &checkpoint.epoch_bits, &checkpoint.epoch_seconds,
                        &checkpoint.best_top1, &checkpoint.best_loss}) {
    *value = read_number(reader);
  }
  checkpoint.epochs_since_best = reader.varint();
  checkpoint.step_seconds = read_number(reader);
  checkpoint.step_images = reader.varint();
  const std::uint64_t epochs = reader.varint();
  if (epochs > reader.remaining() / kEpochBytes) {
    throw bad_input(what + ": declares " + std::to_string(epochs) + " epochs, more than it holds");
  }
  for (std::uint64_t i = 0; i < epochs; ++i) checkpoint.epochs.push_back(read_epoch(reader));
  const ByteView state = reader.rest();
  checkpoint.state.assign(state.data, state.data + state.size);
  return checkpoint;
}

}  // namespace

Bytes checkpoint_bytes(const TrainingCheckpoint& checkpoint) {
  ByteWriter content;
  write_text(content, checkpoint.identity);
  for (const std::size_t value :
       {checkpoint.stage, checkpoint.epoch, checkpoint.step, checkpoint.epoch_images}) {
    content.varint(value);
  }
  for (const double value : {checkpoint.epoch_loss, checkpoint.epoch_bits, checkpoint.epoch_seconds,
                             checkpoint.best_top1, checkpoint.best_loss}) {
    write_number(content, value);
  }
  content.varint(checkpoint.epochs_since_best);
  write_number(content, checkpoint.step_seconds);
  content.varint(checkpoint.step_images);
  content.varint(checkpoint.epochs.size());
  for (const TrainingEpoch& epoch : checkpoint.epochs) write_epoch(content, epoch);
  content.raw(checkpoint.state);
  ByteWriter writer;
  writer.raw({kMagic, kMagicBytes});
  writer.u16(kVersion);
  const std::string digest = sha256_text(as_text(content.bytes()));
  writer.raw({digest.data(), digest.size()});
  writer.raw(content.bytes());
  return writer.take();
}

TrainingCheckpoint parse_checkpoint(ByteView bytes, const std::string& what) {
  if (bytes.size < kMagicBytes || std::memcmp(bytes.data, kMagic, kMagicBytes) != 0) {
    throw bad_input(what + ": is no checkpoint of a training; start anew with another -o");
  }
  ByteReader reader(bytes, what);
  reader.raw(kMagicBytes);
  const std::uint16_t version = reader.u16();
  if (version != kVersion) {
    throw bad_input(what + ": has format version " + std::to_string(version) + ", splitbench " +
                    SPLITBENCH_VERSION + " reads " + std::to_string(kVersion) +
                    "; use the splitbench that wrote it");
  }
  const std::string digest = as_text(reader.raw(kDigits));
  const ByteView content = reader.rest();
  if (sha256_text(as_text(content)) != digest) {
    throw bad_input(what +
                    ": is damaged, its checksum does not match; start anew without --resume");
  }
  ByteReader content_reader(content, what);
  return read_content(content_reader, what);
}

}  // namespace splitbench
