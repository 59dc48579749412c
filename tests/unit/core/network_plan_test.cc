// Shapes, parameters and multiply-accumulates of plans whose figures are known.
#include "core/network_plan.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

// The encoder of Entropic Student (Matsubara et al. 2022): published as 138,672 parameters and
// 588 M multiply-accumulates at 224 x 224.
NetworkPlan entropic_student_encoder() {
  return {convolution(3, 96, 5, 2, 2), gdn(96), convolution(96, 48, 5, 2, 2), gdn(48),
          convolution(48, 24, 2, 1, 0)};
}

NetworkPlan residual_block(std::int64_t in, std::int64_t out) {
  return {sum_of({{convolution(in, out, 3, 2, 1, true), convolution(out, out, 3, 1, 1, true),
                   activation(LayerKind::kRelu)},
                  {convolution(in, out, 1, 2, 0, true)}})};
}

TEST(NetworkPlan, CountsTheParametersOfEntropicStudentsEncoder) {
  EXPECT_EQ(parameter_count(entropic_student_encoder()), 138672U);
  EXPECT_EQ(output_shape(entropic_student_encoder(), {1, 3, 224, 224}), (Shape{1, 24, 55, 55}));
}

TEST(NetworkPlan, CountsMultiplyAccumulatesByHand) {
  const Shape input = {1, 3, 224, 224};
  constexpr std::uint64_t kFirst = 3ULL * 96 * 25 * 112 * 112, kFirstGdn = 96ULL * 96 * 112 * 112;
  constexpr std::uint64_t kSecond = 96ULL * 48 * 25 * 56 * 56, kSecondGdn = 48ULL * 48 * 56 * 56;
  constexpr std::uint64_t kThird = 48ULL * 24 * 4 * 55 * 55;
  EXPECT_EQ(multiply_accumulates(entropic_student_encoder(), input),
            kFirst + kFirstGdn + kSecond + kSecondGdn + kThird);
}

// FrankenSplit's encoder: 141,696 parameters, 530 M multiply-accumulates at 224 x 224.
TEST(NetworkPlan, AddsUpBranches) {
  NetworkPlan plan = residual_block(3, 48);
  for (const auto& [in, out] : {std::pair{48, 64}, std::pair{64, 48}}) {
    for (const LayerPlan& layer : residual_block(in, out)) plan.push_back(layer);
  }
  EXPECT_EQ(parameter_count(plan), 141696U);
  EXPECT_EQ(output_shape(plan, {1, 3, 224, 224}), (Shape{1, 48, 28, 28}));
  EXPECT_NEAR(static_cast<double>(multiply_accumulates(plan, {1, 3, 224, 224})), 530e6, 1e6);
}

TEST(NetworkPlan, TransposedConvolutionsEnlarge) {
  const NetworkPlan plan = {transposed_convolution(3, 8, 2, 2)};
  EXPECT_EQ(output_shape(plan, {1, 3, 15, 7}), (Shape{1, 8, 30, 14}));
  EXPECT_EQ(multiply_accumulates(plan, {1, 3, 15, 7}), 3U * 8 * 4 * 15 * 7);
}

TEST(NetworkPlan, SelectionAndAttention) {
  const NetworkPlan plan = {attention(64, 4), select_channels({5, 60, 0})};
  EXPECT_EQ(output_shape(plan, {2, 64, 7, 7}), (Shape{2, 3, 7, 7}));
  EXPECT_EQ(parameter_count(plan), 64U * 4 + 4 + 4 * 64 + 64);
}

TEST(NetworkPlan, RefusesWhatDoesNotFit) {
  EXPECT_NE(bad_input_message([] {
              output_shape({convolution(3, 8, 3, 1, 1)}, {1, 4, 8, 8});
            }).find("3 channels gets 4"),
            std::string::npos);
  EXPECT_NE(bad_input_message([] {
              output_shape({convolution(3, 8, 5, 1, 0)}, {1, 3, 4, 4});
            }).find("does not fit"),
            std::string::npos);
  EXPECT_NE(bad_input_message([] {
              output_shape({sum_of({{}, {convolution(3, 3, 3, 2, 1)}})}, {1, 3, 4, 4});
            }).find("cannot be added"),
            std::string::npos);
  EXPECT_NE(bad_input_message([] { output_shape({}, {1, 3}); }).find("1x3"), std::string::npos);
}

}  // namespace
}  // namespace splitbench
