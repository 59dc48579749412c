#include "codec/bottleneck/bottleneck_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "base/error.h"
#include "codec/bottleneck/bottleneck_check.h"

namespace splitbench {
namespace {

constexpr const char* kWhat = "bottleneck file";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kChecksumOffset = kBottleneckMagic.size() + sizeof(std::uint16_t);
constexpr std::size_t kSectionsOffset = kChecksumOffset + sizeof(std::uint32_t);
constexpr std::size_t kTagBytes = 4;
constexpr std::size_t kMaxRank = 8;
constexpr std::uint64_t kMaxDimension = std::uint64_t{1} << 31;

Error damaged(const std::string& message) { return bad_input(std::string(kWhat) + ": " + message); }

void write_text(ByteWriter& writer, const std::string& text) {
  writer.varint(text.size());
  writer.raw(ByteView(text.data(), text.size()));
}

std::string read_text(ByteReader& reader) {
  const ByteView view = reader.raw(reader.varint());
  return view.size == 0 ? "" : std::string(reinterpret_cast<const char*>(view.data), view.size);
}

void write_f64(ByteWriter& writer, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  writer.u32(static_cast<std::uint32_t>(bits));
  writer.u32(static_cast<std::uint32_t>(bits >> 32));
}

double read_f64(ByteReader& reader) {
  const std::uint64_t low = reader.u32();
  const std::uint64_t bits = std::uint64_t{reader.u32()} << 32 | low;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// How many things follow, of at least `least_bytes` each.
std::size_t read_count(ByteReader& reader, std::size_t least_bytes, const char* what) {
  const std::uint64_t count = reader.varint();
  if (count > reader.remaining() / least_bytes) {
    throw damaged("declares " + std::to_string(count) + " " + what + ", but has " +
                  std::to_string(reader.remaining()) + " bytes left for them");
  }
  return static_cast<std::size_t>(count);
}

void write_spec(ByteWriter& writer, const TensorSpec& spec) {
  writer.u8(static_cast<std::uint8_t>(spec.dtype));
  writer.varint(spec.shape.size());
  for (const std::int64_t dimension : spec.shape) {
    writer.varint(static_cast<std::uint64_t>(dimension));
  }
}

TensorSpec read_spec(ByteReader& reader) {
  TensorSpec spec;
  spec.dtype = static_cast<DType>(reader.u8());
  const std::uint64_t rank = reader.varint();
  if (rank > kMaxRank) throw damaged("declares " + std::to_string(rank) + " dimensions");
  for (std::uint64_t i = 0; i < rank; ++i) {
    const std::uint64_t dimension = reader.varint();
    if (dimension > kMaxDimension) {
      throw damaged("declares a dimension of " + std::to_string(dimension));
    }
    spec.shape.push_back(static_cast<std::int64_t>(dimension));
  }
  return spec;
}

Bytes meta_section(const Bottleneck& bottleneck) {
  ByteWriter writer;
  for (const std::string* text : {&bottleneck.method, &bottleneck.variant, &bottleneck.model_sha256,
                                  &bottleneck.encoder_split, &bottleneck.decoder_split}) {
    write_text(writer, *text);
  }
  for (const TensorSpec* spec : {&bottleneck.input, &bottleneck.latent, &bottleneck.output}) {
    write_spec(writer, *spec);
  }
  return writer.take();
}

void read_meta(ByteReader& reader, Bottleneck& bottleneck) {
  for (std::string* text : {&bottleneck.method, &bottleneck.variant, &bottleneck.model_sha256,
                            &bottleneck.encoder_split, &bottleneck.decoder_split}) {
    *text = read_text(reader);
  }
  for (TensorSpec* spec : {&bottleneck.input, &bottleneck.latent, &bottleneck.output}) {
    *spec = read_spec(reader);
  }
}

Bytes coder_section(const LatentCoder& coder) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(coder.coding));
  writer.u8(static_cast<std::uint8_t>(coder.bits));
  writer.varint(coder.medians.size());
  for (const float median : coder.medians) writer.f32(median);
  writer.varint(coder.tables.size());
  for (const LatentTable& table : coder.tables) {
    writer.u32(static_cast<std::uint32_t>(table.first));
    writer.varint(table.frequencies.size());
    for (const std::uint16_t frequency : table.frequencies) writer.u16(frequency);
  }
  return writer.take();
}

LatentCoder read_coder(ByteReader& reader) {
  LatentCoder coder;
  coder.coding = static_cast<LatentCoding>(reader.u8());
  coder.bits = reader.u8();
  coder.medians.resize(read_count(reader, sizeof(float), "medians"));
  for (float& median : coder.medians) median = reader.f32();
  coder.tables.resize(read_count(reader, sizeof(std::uint32_t) + 1, "tables"));
  for (LatentTable& table : coder.tables) {
    table.first = static_cast<std::int32_t>(reader.u32());
    table.frequencies.resize(read_count(reader, sizeof(std::uint16_t), "frequencies"));
    for (std::uint16_t& frequency : table.frequencies) frequency = reader.u16();
  }
  return coder;
}

Bytes part_section(const BottleneckPart& part) {
  ByteWriter writer;
  writer.varint(part.parameters);
  writer.varint(part.macs);
  writer.raw(part.network);
  return writer.take();
}

BottleneckPart read_part(ByteReader& reader) {
  BottleneckPart part;
  part.parameters = reader.varint();
  part.macs = reader.varint();
  const ByteView network = reader.rest();
  part.network.assign(network.data, network.data + network.size);
  return part;
}

Bytes training_section(const TrainingRecord& record) {
  ByteWriter writer;
  write_text(writer, record.dataset);
  writer.varint(record.images);
  writer.varint(record.seed);
  writer.varint(static_cast<std::uint64_t>(record.threads));
  writer.varint(record.choices.size());
  for (const std::string& choice : record.choices) write_text(writer, choice);
  writer.varint(record.epochs.size());
  for (const TrainingEpoch& epoch : record.epochs) {
    write_text(writer, epoch.stage);
    for (const double value :
         {epoch.learning_rate, epoch.loss, epoch.validation_top1, epoch.bits, epoch.seconds}) {
      write_f64(writer, value);
    }
  }
  return writer.take();
}

TrainingRecord read_training(ByteReader& reader) {
  constexpr std::size_t kNumbers = 5;
  TrainingRecord record;
  record.dataset = read_text(reader);
  record.images = static_cast<std::size_t>(reader.varint());
  record.seed = reader.varint();
  const std::uint64_t threads = reader.varint();
  if (threads > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    throw damaged("was trained with " + std::to_string(threads) + " threads");
  }
  record.threads = static_cast<int>(threads);
  const std::size_t choices = read_count(reader, 1, "choices");
  for (std::size_t i = 0; i < choices; ++i) record.choices.push_back(read_text(reader));
  const std::size_t epochs = read_count(reader, 1 + kNumbers * sizeof(double), "epochs");
  for (std::size_t i = 0; i < epochs; ++i) {
    TrainingEpoch epoch;
    epoch.stage = read_text(reader);
    for (double* value :
         {&epoch.learning_rate, &epoch.loss, &epoch.validation_top1, &epoch.bits, &epoch.seconds}) {
      *value = read_f64(reader);
    }
    record.epochs.push_back(std::move(epoch));
  }
  return record;
}

void write_section(ByteWriter& writer, const char* tag, const Bytes& content) {
  writer.raw(ByteView(tag, kTagBytes));
  writer.varint(content.size());
  writer.raw(content);
}

ByteReader open_section(ByteReader& file, const char* tag) {
  const ByteView found = file.raw(kTagBytes);
  if (std::memcmp(found.data, tag, kTagBytes) != 0) {
    throw damaged(std::string("has no section '") + tag + "' where it belongs");
  }
  const std::uint64_t size = file.varint();
  if (size > file.remaining()) {
    throw damaged(std::string("section '") + tag + "' declares " + std::to_string(size) +
                  " bytes, " + std::to_string(file.remaining()) + " are left");
  }
  return {file.raw(static_cast<std::size_t>(size)), kWhat};
}

// Reads the header and checks all that can be told without the sections.
std::uint32_t read_header(ByteView file) {
  const std::size_t compared = std::min(file.size, kBottleneckMagic.size());
  if (compared == 0 || std::memcmp(file.data, kBottleneckMagic.data(), compared) != 0) {
    throw damaged("its " + std::to_string(file.size) +
                  " bytes are not a bottleneck; 'splitbench train' writes them");
  }
  if (file.size < kSectionsOffset) {
    throw damaged("is cut off after " + std::to_string(file.size) + " bytes");
  }
  ByteReader reader(file, kWhat);
  reader.raw(kBottleneckMagic.size());
  const std::uint16_t version = reader.u16();
  if (version == 0 || version > kVersion) {
    throw damaged("has format version " + std::to_string(version) +
                  ", this splitbench reads up to version " + std::to_string(kVersion) +
                  "; update it");
  }
  const std::uint32_t checksum = reader.u32();
  if (checksum != bottleneck_checksum(file)) {
    throw damaged("the checksum of its " + std::to_string(file.size) +
                  " bytes is wrong; they were damaged or cut off");
  }
  return checksum;
}

}  // namespace

std::uint32_t bottleneck_checksum(ByteView file) {
  const uLong head = crc32_z(0, file.data, kChecksumOffset);
  return static_cast<std::uint32_t>(
      crc32_z(head, file.data + kSectionsOffset, file.size - kSectionsOffset));
}

std::uint16_t bottleneck_number(ByteView file) {
  return static_cast<std::uint16_t>(read_header(file) & 0xffffU);
}

Bytes write_bottleneck(const Bottleneck& bottleneck) {
  require_sound(bottleneck);
  ByteWriter writer;
  writer.raw(ByteView(kBottleneckMagic.data(), kBottleneckMagic.size()));
  writer.u16(kVersion);
  writer.u32(0);  // the checksum, known at the end
  write_section(writer, "meta", meta_section(bottleneck));
  write_section(writer, "code", coder_section(bottleneck.coder));
  write_section(writer, "enco", part_section(bottleneck.encoder));
  write_section(writer, "deco", part_section(bottleneck.decoder));
  write_section(writer, "tail", part_section(bottleneck.tail));
  write_section(writer, "trai", training_section(bottleneck.training));
  Bytes file = writer.take();
  ByteWriter checksum;
  checksum.u32(bottleneck_checksum(file));
  std::copy(checksum.bytes().begin(), checksum.bytes().end(), file.begin() + kChecksumOffset);
  return file;
}

Bottleneck read_bottleneck(ByteView file) {
  read_header(file);
  ByteReader reader(file, kWhat);
  reader.raw(kSectionsOffset);
  Bottleneck bottleneck;
  const auto read = [&reader](const char* tag, const auto& read_content) {
    ByteReader section = open_section(reader, tag);
    read_content(section);
    section.expect_end();
  };
  read("meta", [&](ByteReader& section) { read_meta(section, bottleneck); });
  read("code", [&](ByteReader& section) { bottleneck.coder = read_coder(section); });
  read("enco", [&](ByteReader& section) { bottleneck.encoder = read_part(section); });
  read("deco", [&](ByteReader& section) { bottleneck.decoder = read_part(section); });
  read("tail", [&](ByteReader& section) { bottleneck.tail = read_part(section); });
  read("trai", [&](ByteReader& section) { bottleneck.training = read_training(section); });
  reader.expect_end();
  require_sound(bottleneck);
  return bottleneck;
}

}  // namespace splitbench
