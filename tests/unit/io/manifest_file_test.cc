#include "io/manifest_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "io/link_file.h"
#include "io/profile_library.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

const char* const kManifest = R"({
  "name": "tiny", "file": "../weights/tiny.pt",
  "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "input_shape": [1, 3, 224, 224],
  "preprocess": {"resize": 256, "crop": 224, "interpolation": "bilinear",
                 "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "channels": "rgb"},
  "classes": ["cat", "dog"], "dataset": "image-folder:root=d", "reference_accuracy": 0.9,
  "source": "trained here", "something": "new"})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(ModelManifest, AllFieldsAreRead) {
  const TemporaryFolder folder;
  const ModelManifest manifest = read_model_manifest(folder.write("models/tiny.json", kManifest));
  EXPECT_EQ(manifest.name, "tiny");
  EXPECT_EQ(manifest.file, folder.path("weights/tiny.pt"));
  EXPECT_EQ(manifest.sha256, std::string(64, 'a'));
  EXPECT_EQ(manifest.input_shape, (Shape{1, 3, 224, 224}));
  ASSERT_TRUE(manifest.preprocess.has_value());
  EXPECT_EQ(manifest.preprocess->resize, 256);
  EXPECT_EQ(manifest.preprocess->interpolation, Interpolation::kBilinear);
  EXPECT_EQ(manifest.preprocess->crop, 224);
  EXPECT_EQ(manifest.preprocess->mean, (std::vector<double>{0.485, 0.456, 0.406}));
  EXPECT_EQ(manifest.preprocess->std, (std::vector<double>{0.229, 0.224, 0.225}));
  EXPECT_FALSE(manifest.preprocess->gray);
  EXPECT_EQ(manifest.classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(manifest.dataset, "image-folder:root=d");
  EXPECT_EQ(manifest.reference_accuracy, 0.9);
  EXPECT_EQ(manifest.source, "trained here");
}

TEST(ModelManifest, NameAndFileAreEnough) {
  const TemporaryFolder folder;
  const ModelManifest manifest =
      read_model_manifest(folder.write("m.json", R"({"name": "m", "file": "/models/m.pt"})"));
  EXPECT_EQ(manifest.file, "/models/m.pt");
  EXPECT_FALSE(manifest.input_shape || manifest.preprocess || manifest.reference_accuracy);
}

TEST(ModelManifest, GrayHasOneChannel) {
  const TemporaryFolder folder;
  const ModelManifest manifest = read_model_manifest(folder.write("m.json",
                                                                  R"({"name": "m", "file": "m.pt",
          "preprocess": {"channels": "gray", "mean": [0.5], "std": [0.25]}})"));
  EXPECT_TRUE(manifest.preprocess->gray);
  EXPECT_FALSE(manifest.preprocess->resize.has_value());
}

TEST(ModelManifest, InterpolationIsBilinearUnlessGiven) {
  const TemporaryFolder folder;
  const auto interpolation = [&](const std::string& from, const std::string& to) {
    const std::string path = folder.write("m.json", replaced(kManifest, from, to));
    return read_model_manifest(path).preprocess->interpolation;
  };
  EXPECT_EQ(interpolation("bilinear", "bicubic"), Interpolation::kBicubic);
  EXPECT_EQ(interpolation("\"interpolation\": \"bilinear\",", ""), Interpolation::kBilinear);
}

TEST(ModelManifest, ErrorsNameTheKey) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& from, const std::string& to) {
    const std::string path = folder.write("m.json", replaced(kManifest, from, to));
    const std::string text = bad_input_message([&] { read_model_manifest(path); });
    return text.substr(std::min(text.size(), path.size() + 2));
  };
  EXPECT_EQ(message("\"name\"", "\"nam\""), "name is missing");
  EXPECT_EQ(message("\"file\"", "\"fil\""), "file is missing");
  EXPECT_EQ(message("../weights/tiny.pt", ""),
            "file is empty, must be the path of a TorchScript file");
  EXPECT_EQ(message("\"aaaa", "\"AAAA"), "sha256 must be 64 lower-case hexadecimal digits");
  EXPECT_EQ(message("\"aaaa", "\"aaa"), "sha256 must be 64 lower-case hexadecimal digits");
  const std::string bad_shape =
      "input_shape must start with a batch dimension of 1 and have no dimension of 0";
  EXPECT_EQ(message("[1, 3, 224, 224]", "[8, 3, 224, 224]"), bad_shape);
  EXPECT_EQ(message("[1, 3, 224, 224]", "[1, 3, 0, 224]"), bad_shape);
  EXPECT_EQ(message("[1, 3, 224, 224]", "[]"), bad_shape);
  EXPECT_EQ(message("[1, 3, 224, 224]", "[1, -3]"),
            "input_shape[1] must be a whole number of at least 0");
  EXPECT_EQ(message("\"rgb\"", "\"gray\""),
            "preprocess.mean has 3 values, must have 1 (one a channel)");
  EXPECT_EQ(message("\"rgb\"", "\"bgr\""),
            "preprocess.channels is \"bgr\", must be \"rgb\" or \"gray\"");
  EXPECT_EQ(message("0.224,", "0,"), "preprocess.std must be above 0 in every channel");
  EXPECT_EQ(message("\"std\"", "\"sdt\""),
            "preprocess has one of \"mean\" and \"std\", must have both or neither");
  EXPECT_EQ(message("bilinear", "lanczos"),
            "preprocess.interpolation is \"lanczos\", must be one of: bilinear, bicubic");
  EXPECT_EQ(message("\"crop\": 224", "\"crop\": 0"),
            "preprocess.crop must be a whole number of at least 1 and below 2^31");
  EXPECT_EQ(message("[\"cat\", \"dog\"]", "[1, 2]"), "classes must be an array of strings");
}

TEST(LinkFile, DefaultsAndErrors) {
  const TemporaryFolder folder;
  const Link link = read_link_file(folder.write("lab.json", R"({"rate_bps": 8000000})"));
  EXPECT_EQ(link.name, "lab");
  EXPECT_EQ(link.rate_bps, 8e6);
  EXPECT_EQ(link.downlink_bps, 8e6);
  EXPECT_TRUE(link.downlink_follows);
  EXPECT_EQ(link.rtt_s, 0);
  const Link full = read_link_file(folder.write(
      "w.json", R"({"name": "wifi", "rate_bps": 1e6, "downlink_bps": 2e6, "rtt_s": 0.01,
                    "overhead_bytes": 66, "source": "a table"})"));
  EXPECT_EQ(full.name, "wifi");
  EXPECT_EQ(full.downlink_bps, 2e6);
  EXPECT_FALSE(full.downlink_follows);
  EXPECT_EQ(full.rtt_s, 0.01);
  EXPECT_EQ(full.overhead_bytes, 66);
  EXPECT_EQ(full.source, "a table");
  const std::string none = folder.write("n.json", "{}");
  EXPECT_EQ(bad_input_message([&] { read_link_file(none); }), none + ": rate_bps is missing");
  const std::string zero = folder.write("z.json", R"({"rate_bps": 0})");
  EXPECT_EQ(bad_input_message([&] { read_link_file(zero); }).find(zero + ": "), 0u);
}

TEST(LinkFile, TheRadioIsReadAndItsFiguresAreChecked) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_link_file(folder.write("l.json", R"({"rate_bps": 1})")).radio.has_value());
  const RadioPower radio = *read_link_file(folder.write("r.json", R"({"rate_bps": 8e6, "radio": {
      "alpha_w_per_mbps": 0.4, "beta_w": 1.3, "downlink_alpha_w_per_mbps": 0.05, "tail_j": 12.5,
      "tail": "amortised", "tail_inferences": 10, "source": "a paper"}})"))
                                .radio;
  EXPECT_EQ(radio.alpha_w_per_mbps, 0.4);
  EXPECT_EQ(radio.beta_w, 1.3);
  EXPECT_EQ(radio.downlink_alpha_w_per_mbps, 0.05);
  EXPECT_EQ(radio.tail, RadioTail::kAmortised);
  EXPECT_EQ(tail_energy_j(radio), 1.25);
  EXPECT_EQ(radio.source, "a paper");
  const auto message = [&](const std::string& members) {
    const std::string file =
        folder.write("x.json", R"({"rate_bps": 1, "radio": {)" + members + "}}");
    return bad_input_message([&] { read_link_file(file); });
  };
  EXPECT_NE(message(R"("beta_w": 1)").find("radio.alpha_w_per_mbps is missing"), std::string::npos);
  EXPECT_NE(message(R"("alpha_w_per_mbps": 0, "beta_w": -1)").find("radio.beta_w is -1"),
            std::string::npos);
  EXPECT_NE(message(R"("alpha_w_per_mbps": 0, "beta_w": 1, "tail": "all")")
                .find("must be one of: none, amortised, full"),
            std::string::npos);
  EXPECT_NE(message(R"("alpha_w_per_mbps": 0, "beta_w": 1, "tail": "full")")
                .find("radio.tail_j is not known"),
            std::string::npos);
}

TEST(ProfileLibrary, EarlierFoldersWin) {
  const TemporaryFolder folder;
  folder.write("a/models/x.json", "");
  folder.write("b/models/x.json", "");
  folder.write("b/models/y.json", "");
  folder.write("b/models/readme.md", "");
  folder.write("b/models/y.log.json", "");
  folder.write("b/links/wifi.json", "");
  const std::vector<std::string> folders = {folder.path("none"), folder.path("a"),
                                            folder.path("b")};
  EXPECT_EQ(find_named("models", "x", folders), folder.path("a/models/x.json"));
  EXPECT_EQ(find_named("models", "y", folders), folder.path("b/models/y.json"));
  EXPECT_EQ(find_named("models", "wifi", folders), std::nullopt);
  EXPECT_EQ(find_named("models", "../links/wifi", folders), std::nullopt);
  EXPECT_EQ(find_named("models", "", folders), std::nullopt);
  EXPECT_EQ(list_named("models", folders), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(list_named("devices", folders).empty());
}

TEST(ProfileLibrary, FoldersAreFoundFromTheProgram) {
  const TemporaryFolder folder;
  folder.write("profiles/models/x.json", "");
  folder.write("extra/models/x.json", "");
  folder.write("prefix/share/splitbench/profiles/models/x.json", "");
  setenv("SPLITBENCH_PROFILES", (folder.path("missing") + ":" + folder.path("extra")).c_str(), 1);
  EXPECT_EQ(profile_folders(folder.path("build/bin/splitbench")),
            (std::vector<std::string>{folder.path("extra"), folder.path("profiles")}));
  unsetenv("SPLITBENCH_PROFILES");
  EXPECT_EQ(profile_folders(folder.path("prefix/bin/splitbench")),
            (std::vector<std::string>{folder.path("profiles"),
                                      folder.path("prefix/share/splitbench/profiles")}));
}

}  // namespace
}  // namespace splitbench
