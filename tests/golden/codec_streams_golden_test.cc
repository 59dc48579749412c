// Streams of every format version decode for ever: tests/data/streams holds, for each stream, the
// bytes (<name>.stream) and the elements they stood for when it was recorded (<name>.elements); for
// calibrated codecs also the calibration that it was written with (<name>.calibration).
//
// Codecs whose bytes splitbench alone decides must still write the very same bytes; those of zstd,
// JPEG, PNG and WebP depend on the library's version, so that only decoding is held fast. So do
// calibrations: they may use floating point freely, and are recorded but not computed again.
//
// A raised format version gets new rows; old rows are never changed. New rows are recorded with
//   SPLITBENCH_RECORD_GOLDEN=1 bin/golden_test --gtest_filter='*CodecStream*'
// which writes the files that are missing, and no others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>

#include "codec/calibration.h"
#include "codec/stream.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"
#include "support/golden_folder.h"

namespace splitbench {
namespace {

struct GoldenStream {
  const char* name;
  const char* spec;
  Tensor (*input)();
  bool same_bytes;  // encoding must reproduce the stream
};

// How GoogleTest names a row.
void PrintTo(const GoldenStream& stream, std::ostream* out) { *out << stream.name; }

Tensor features() { return testing::relu_floats({1, 5, 6, 7}, 2026); }
Tensor vector() { return testing::relu_floats({1, 37}, 11); }
Tensor like_samples() { return testing::synthetic_features({1, 6, 11, 13}, 40); }
Tensor many_channels() { return testing::synthetic_features({1, 70, 3, 2}, 40); }
Tensor long_vector() { return testing::synthetic_features({1, 170}, 40); }
Tensor many_levels() { return testing::synthetic_features({1, 10, 17, 16}, 40); }
Tensor rgb() { return testing::image({1, 3, 13, 18}, 4); }
Tensor gray() { return testing::image({1, 1, 9, 11}, 5); }
Tensor integers() { return testing::random_elements(DType::kI64, {2, 3}, 6); }

const GoldenStream kStreams[] = {
    {"raw-v1-fp32", "raw:dtype=fp32", features, true},
    {"raw-v1-fp16", "raw:dtype=fp16", features, true},
    {"raw-v1-uint8", "raw:dtype=uint8", rgb, true},
    {"zstd-v1-elements", "zstd", features, false},
    {"zstd-v1-planes", "zstd:shuffle=bytes", features, false},
    {"zstd-v1-int64", "zstd:level=19", integers, false},
    {"quant-v1-1bit-packed", "quant:bits=1:level=0", vector, true},
    {"quant-v1-5bit-packed", "quant:bits=5:level=0", features, true},
    {"quant-v1-8bit-packed", "quant:bits=8:level=0", features, true},
    {"quant-v1-11bit-packed", "quant:bits=11:level=0", vector, true},
    {"quant-v1-16bit-packed", "quant:bits=16:level=0", vector, true},
    {"quant-v1-2bit-zstd", "quant:bits=2", features, false},
    {"quant-v1-8bit-zstd", "quant:bits=8", features, false},
    {"quant-v1-12bit-zstd", "quant:bits=12", features, false},
    {"jpeg-v1-features", "jpeg:quality=90", features, false},
    {"jpeg-v1-vector", "jpeg:quality=75", vector, false},
    {"jpeg-v1-rgb420", "jpeg:quality=90", rgb, false},
    {"jpeg-v1-rgb444", "jpeg:quality=90:subsampling=444", rgb, false},
    {"jpeg-v1-gray", "jpeg:quality=90", gray, false},
    {"jpeg-v1-compact", "jpeg:quality=90:tiling=compact", features, false},
    {"jpeg-v1-similar", "jpeg:quality=90:tiling=compact:order=similar", features, false},
    {"png-v1-rgb", "png", rgb, false},
    {"png-v1-gray", "png", gray, false},
    {"png-v1-features-2bit", "png:bits=2", features, false},
    {"png-v1-features-3bit", "png:bits=3", features, false},
    {"png-v1-features-8bit", "png:bits=8:tiling=compact", features, false},
    {"png-v1-vector", "png:bits=5", vector, false},
    {"png-v1-similar", "png:bits=4:order=similar", features, false},
    {"webp-v1-rgb", "webp", rgb, false},
    {"webp-v1-gray", "webp", gray, false},
    {"webp-v1-lossless", "webp:lossless=1", rgb, false},
    {"spinn-v1-3bit", "spinn:bits=3", features, false},
    {"spinn-v1-8bit", "spinn:bits=8", vector, false},
    {"clip-v1-2levels", "clip:levels=2", features, true},
    {"clip-v1-4levels", "clip", features, true},
    {"clip-v1-64levels", "clip:levels=64", features, true},
    {"clip-v1-index", "clip:levels=6:context=index", features, true},
    {"clip-v1-vector", "clip:levels=5", vector, true},
    {"klt-v1-features", "klt:step=0.2", features, true},
    {"klt-v1-unweighted", "klt:rdo=0:step=0.5:weights=none", features, true},
    {"klt-v1-vector", "klt:step=0.3", vector, true},
    {"klt-v1-groups", "klt:step=0.2", long_vector, true},  // of channels: more than 160
    {"klt-v1-states", "klt:step=0.1:rdo=0:weights=none", many_levels, true},
    {"disc-v1-features", "disc:step=0.5:gate=0", features, true},
    {"disc-v1-mixed", "disc:step=0.3", like_samples, true},
    {"disc-v1-apart", "disc:step=0.3:mixing=none", like_samples, true},
    {"disc-v1-unmixed", "disc:step=0.3", many_channels, true},  // more than 32
    {"disc-v1-untransformed", "disc:step=0.5:transform=none", like_samples, true},
    {"disc-v1-vector", "disc:step=0.3", vector, true},
    {"disc-v1-fine", "disc:step=0.02", like_samples, true},  // levels of thousands
    {"webp-v1-features", "webp:quality=90", features, false},
    {"webp-v1-features-lossless", "webp:lossless=1:tiling=compact", features, false},
    {"webp-v1-vector", "webp:quality=75", vector, false},
    {"webp-v1-similar", "webp:quality=90:order=similar", features, false},
};

std::filesystem::path path_of(const std::string& file) {
  return testing::golden_folder() / "streams" / file;
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void record(const std::filesystem::path& path, ByteView bytes) {
  if (std::filesystem::exists(path)) return;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data), static_cast<std::streamsize>(bytes.size));
}

class CodecStream : public ::testing::TestWithParam<GoldenStream> {
 protected:
  static std::filesystem::path path(const char* extension) {
    return path_of(GetParam().name + std::string(extension));
  }

  void SetUp() override {
    const bool recording = std::getenv("SPLITBENCH_RECORD_GOLDEN") != nullptr;
    if (lacks_calibration(codec_)) {
      const testing::MemorySamples samples = testing::synthetic_samples(input_.spec());
      if (recording) record(path(".calibration"), calibrate(codec_, samples));
      codec_ = with_calibration(codec_, read_file(path(".calibration")));
    }
    if (!recording) return;
    const Bytes stream = encode_tensor(codec_, input_);
    const Tensor decoded = decode_tensor(codec_, stream, {});
    record(path(".stream"), stream);
    record(path(".elements"), ByteView(decoded.data(), decoded.bytes()));
  }

  // With nothing but the bytes where they suffice.
  Tensor decode(const Bytes& stream) const {
    return codec_.calibration ? decode_tensor(codec_, stream, {}) : decode_tensor(stream, {});
  }

  ConfiguredCodec codec_ = testing::codec(GetParam().spec);
  Tensor input_ = GetParam().input();
};

std::string test_name(const ::testing::TestParamInfo<GoldenStream>& row) {
  std::string name = row.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, CodecStream, ::testing::ValuesIn(kStreams), test_name);

TEST_P(CodecStream, DecodesToTheRecordedElements) {
  const Tensor decoded = decode(read_file(path(".stream")));
  EXPECT_EQ(decoded.spec(), input_.spec());
  const auto* bytes = decoded.as<std::uint8_t>();
  EXPECT_EQ(Bytes(bytes, bytes + decoded.bytes()), read_file(path(".elements")));
}

TEST_P(CodecStream, IsWrittenAgain) {
  if (!GetParam().same_bytes) GTEST_SKIP() << "these bytes depend on a library's version";
  EXPECT_EQ(encode_tensor(codec_, input_), read_file(path(".stream")));
}

}  // namespace
}  // namespace splitbench
