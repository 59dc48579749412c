// What tables call a setting of a codec.
#include "report/spec_labels.h"

#include <gtest/gtest.h>

namespace splitbench {
namespace {

TEST(SpecLabels, LeaveOutWhatAllShare) {
  const auto labels =
      spec_labels({"quant:bits=2:level=3", "quant:bits=4:level=3", "raw:dtype=fp16"});
  EXPECT_EQ(labels.at("quant:bits=2:level=3"), "quant:bits=2");
  EXPECT_EQ(labels.at("raw:dtype=fp16"), "raw:dtype=fp16");
}

TEST(SpecLabels, CallFilesByTheirStems) {
  const std::string one = "bottlefit:file=some/folder/layer2.bottleneck";
  const std::string other = "bottlefit:file=other/layer3.0.relu_channels=2.bottleneck";
  EXPECT_EQ(spec_labels({one}).at(one), "bottlefit:file=layer2");
  EXPECT_EQ(spec_labels({one, other}).at(other), "bottlefit:file=layer3.0.relu_channels=2");
  // Two of one stem keep their folders.
  const std::string twin = "bottlefit:file=other/layer2.bottleneck";
  EXPECT_EQ(spec_labels({one, twin}).at(one), one);
  EXPECT_EQ(spec_labels({one, twin}).at(twin), twin);
}

TEST(SpecLabels, LeaveWhatIsNoSpec) {
  EXPECT_EQ(spec_labels({"no spec:="}).at("no spec:="), "no spec:=");
}

}  // namespace
}  // namespace splitbench
