#include "codec/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;

TEST(CodecRegistry, KeepsTheListedOrder) {
  std::vector<std::string> names;
  for (const CodecFactory& factory : codec_factories()) names.push_back(factory.description.name);
  ASSERT_GE(names.size(), 6U);
  EXPECT_EQ(std::vector<std::string>(names.begin(), names.begin() + 6),
            (std::vector<std::string>{"raw", "zstd", "quant", "jpeg", "png", "webp"}));
}

TEST(CodecRegistry, NamesAndWireIdsAreUnique) {
  std::set<std::string> names;
  std::set<int> wire_ids;
  for (const CodecFactory& factory : codec_factories()) {
    EXPECT_TRUE(names.insert(factory.description.name).second) << factory.description.name;
    EXPECT_TRUE(wire_ids.insert(factory.description.wire_id).second) << factory.description.name;
    EXPECT_EQ(&find_codec(factory.description.name), &factory);
    EXPECT_EQ(&find_codec(factory.description.wire_id), &factory);
  }
}

TEST(CodecRegistry, SuggestsTheNearestName) {
  EXPECT_NE(bad_input_message([] { find_codec("jpg"); }).find("'jpeg'"), std::string::npos);
  EXPECT_NE(
      bad_input_message([] { complete_codec_spec(parse_spec("jpeg:qualty=3")); }).find("'quality'"),
      std::string::npos);
  EXPECT_NE(bad_input_message([] { complete_codec_spec(parse_spec("raw:dtype=fp8")); }).find("fp"),
            std::string::npos);
  EXPECT_NE(bad_input_message([] { find_codec(std::uint8_t{255}); }).find("255"),
            std::string::npos);
}

TEST(CodecRegistry, CompletesAndNormalises) {
  EXPECT_EQ(complete_codec_spec(parse_spec("jpeg:quality=080")).canonical(),
            "jpeg:quality=80:subsampling=420");
  EXPECT_EQ(complete_codec_spec(parse_spec("raw")).canonical(), "raw:dtype=fp32");
  EXPECT_EQ(complete_codec_spec(parse_spec("png")).canonical(), "png");
}

TEST(CodecRegistry, RefusesBadValues) {
  for (const char* text :
       {"quant:bits=0", "quant:bits=17", "quant:bits=2.5", "quant:bits=x", "zstd:level=20",
        "zstd:level=", "raw:dtype=", "png:quality=3", "jpeg:quality=0", "webp:lossless=yes"}) {
    EXPECT_THROW(make_codec(parse_spec(text)), Error) << text;
  }
}

TEST(CodecRegistry, ExpandsInOrderWithoutDuplicates) {
  std::vector<std::string> specs;
  for (const ConfiguredCodec& codec :
       make_codecs({"quant:bits=8", "quant:bits=4..8+2:level=0,3", "raw", "raw:dtype=fp32"})) {
    specs.push_back(codec.spec);
    EXPECT_EQ(codec.description.name, parse_spec(codec.spec).name);
    EXPECT_NE(codec.codec, nullptr);
  }
  EXPECT_EQ(specs, (std::vector<std::string>{"quant:bits=8:level=3", "quant:bits=4:level=0",
                                             "quant:bits=4:level=3", "quant:bits=6:level=0",
                                             "quant:bits=6:level=3", "quant:bits=8:level=0",
                                             "raw:dtype=fp32"}));
}

TEST(CodecRegistry, DefaultSweepIsMadeOfValidSpecs) {
  const std::vector<ConfiguredCodec> codecs = make_codecs(default_codec_specs());
  EXPECT_GE(codecs.size(), codec_factories().size());
  for (const ConfiguredCodec& codec : codecs) {
    EXPECT_EQ(make_codec(parse_spec(codec.spec)).spec, codec.spec) << "canonical is a fixed point";
  }
}

}  // namespace
}  // namespace splitbench
