#include "io/listing.h"

#include <gtest/gtest.h>

#include <limits>

namespace splitbench {
namespace {

TEST(Listing, WholeNumbersAreIntegers) {
  EXPECT_EQ(listing_json("links", {"name", "rate_bps", "rtt_s", "none"},
                         {{std::string("wifi"), 54e6, 0.0025, std::monostate()}}),
            R"({
 "schema": "splitbench.list",
 "schema_version": "1.0",
 "data": {
  "links": [
   {
    "name": "wifi",
    "rate_bps": 54000000,
    "rtt_s": 0.0025,
    "none": null
   }
  ]
 }
}
)");
}

TEST(Listing, SplitsLookAsInAProfile) {
  SplitPoint split;
  split.id = "layer1";
  split.aliases = {"layer1.relu"};
  split.boundary = {{DType::kF16, {1, 4, 4, 4}}};
  split.block_end = true;
  const std::string cut = R"({
 "schema": "splitbench.list",
 "schema_version": "1.0",
 "data": {
  "splits": [
   {
    "id": "layer1",
    "aliases": ["layer1.relu"],
    "kind": "inner",
    "boundary": [
     {
      "shape": [1,4,4,4],
      "dtype": "float16"
     }
    ],
    "boundary_bytes": 128,
    "block_end": true,
    "natural_bottleneck": false)";
  const std::string end = "\n   }\n  ]\n }\n}\n";
  EXPECT_EQ(splits_listing_json({split}, {}), cut + end);
  EXPECT_EQ(splits_listing_json({split}, {0.5}), cut + ",\n    \"relative_error\": 0.5" + end);
  EXPECT_EQ(splits_listing_json({split}, {std::numeric_limits<double>::infinity()}),
            cut +
                ",\n    \"relative_error\": null,\n    \"relative_error_reason\": "
                "\"the output has another shape or is not finite\"" +
                end);
}

}  // namespace
}  // namespace splitbench
