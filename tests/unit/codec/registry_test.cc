#include "codec/registry.h"

#include <gtest/gtest.h>

#include <algorithm>

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
            "jpeg:order=natural:quality=80:subsampling=420:tiling=square");
  EXPECT_EQ(complete_codec_spec(parse_spec("raw")).canonical(), "raw:dtype=fp32");
  EXPECT_EQ(complete_codec_spec(parse_spec("png")).canonical(),
            "png:bits=8:order=natural:tiling=square");
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

TEST(SearchedRates, AreThoseThatASpecLeavesOpen) {
  const std::vector<ConfiguredCodec> codecs = make_codecs(
      {"raw", "quant", "quant:bits=4", "quant:target-loss=0.01", "klt"}, OpenRate::kSearched);
  std::vector<std::string> searched;
  for (const ConfiguredCodec& codec : codecs) {
    if (codec.searched) searched.push_back(codec.spec);
    EXPECT_EQ(codec.needs_calibration, codec.description.name == "klt") << codec.spec;
  }
  EXPECT_EQ(searched, (std::vector<std::string>{"quant:bits=*:level=3",
                                                "klt:rdo=0.05:step=*:weights=fisher"}));
  EXPECT_NE(codecs[1].codec->unsupported_reason({DType::kF32, {1, 4}}), "");
  const ConfiguredCodec chosen = at_rate(codecs[1], "5");
  EXPECT_EQ(chosen.spec, "quant:bits=5:level=3");
  EXPECT_FALSE(chosen.searched);
  EXPECT_FALSE(make_codecs({"quant"}).at(0).searched) << "only on request";
}

TEST(SearchedRates, ByDefaultAreThoseOfEveryCodecWithARateOption) {
  std::size_t searched = 0, axes = 0;
  for (const ConfiguredCodec& codec :
       make_codecs(default_codec_specs(OpenRate::kSearched), OpenRate::kSearched)) {
    EXPECT_EQ(codec.searched, codec.description.rate.has_value()) << codec.spec;
    searched += codec.searched ? 1 : 0;
  }
  for (const CodecFactory& factory : codec_factories()) axes += factory.description.rate ? 1 : 0;
  EXPECT_EQ(searched, axes);
}

TEST(RateTargets, TakeThePlaceOfTheRateOption) {
  const ConfiguredCodec codec = make_codec(parse_spec("quant:target-loss=0.010"));
  EXPECT_EQ(codec.spec, "quant:level=3:target-loss=0.01");
  ASSERT_TRUE(codec.target);
  EXPECT_EQ(codec.target->goal, RateGoal::kLoss);
  EXPECT_EQ(codec.target->value, 0.01);
  EXPECT_EQ(make_codec(parse_spec(codec.spec)).spec, codec.spec) << "canonical is a fixed point";
  EXPECT_NE(codec.codec->unsupported_reason({DType::kF32, {1, 4}}), "");

  const ConfiguredCodec chosen = at_rate(codec, "5");
  EXPECT_EQ(chosen.spec, "quant:bits=5:level=3");
  EXPECT_FALSE(chosen.target);
  EXPECT_EQ(chosen.codec->unsupported_reason({DType::kF32, {1, 4}}), "");
}

TEST(RateTargets, AreRefusedWhereTheyMakeNoSense) {
  for (const char* text :
       {"quant:target-loss=2", "quant:target-loss=-0.1", "quant:target-loss=nan",
        "quant:target-bytes=1e99", "quant:target-loss=x", "quant:bits=4:target-loss=0.01",
        "quant:target-loss=0.01:target-bytes=100", "raw:target-loss=0.01", "zstd:target-bytes=9"}) {
    EXPECT_THROW(make_codec(parse_spec(text)), Error) << text;
  }
}

TEST(RateTargets, EveryRateOptionIsOneOfTheCodec) {
  for (const CodecFactory& factory : codec_factories()) {
    const CodecDescription& description = factory.description;
    if (!description.rate) continue;
    const auto named = [&](const OptionDescription& o) {
      return o.name == description.rate->option;
    };
    const auto option = std::find_if(description.options.begin(), description.options.end(), named);
    ASSERT_NE(option, description.options.end()) << description.name;
    for (const double end : {description.rate->coarsest, description.rate->finest}) {
      EXPECT_GE(end, option->minimum) << description.name;
      EXPECT_LE(end, option->maximum) << description.name;
    }
  }
}

}  // namespace
}  // namespace splitbench
