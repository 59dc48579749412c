// Networks that are opened from memory, as bottlenecks hold them.
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>

#include "support/error_message.h"
#include "support/model_fixtures.h"

namespace splitbench {
namespace {

Bytes archive(const std::string& name) {
  std::ifstream file(std::string(SPLITBENCH_TEST_DATA) + "/networks/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::unique_ptr<Segment> open(const Bytes& bytes) {
  return torch_backend().open_network(bytes, {"its encoder", "cpu"});
}

class TorchNetwork : public ::testing::Test {
 protected:
  void SetUp() override { SPLITBENCH_SKIP_WITHOUT_TORCH(); }
};

TEST_F(TorchNetwork, RunsWhatWasSaved) {
  const auto times_8 = open(archive("times_8.pt"));
  const auto by_8 = open(archive("by_8.pt"));
  const Tensor input = random_tensor({DType::kF32, {2, 3, 5, 4}}, 1);
  const Boundary latent = times_8->run({input});
  ASSERT_EQ(latent.size(), 1U);
  EXPECT_EQ(latent[0].shape(), input.shape());
  EXPECT_EQ(latent[0].as<float>()[7], 8 * input.as<float>()[7]);
  EXPECT_TRUE(bit_identical(by_8->run(latent).at(0), input));
  EXPECT_GT(times_8->time_s({input}, 3), 0);
}

TEST_F(TorchNetwork, LeavesItsInputAlone) {
  const auto network = open(archive("times_8_in_place.pt"));
  const Tensor input = random_tensor({DType::kF32, {1, 4}}, 2);
  const Tensor before = input.clone();
  const Tensor output = network->run({input}).at(0);
  EXPECT_TRUE(bit_identical(input, before));
  EXPECT_EQ(output.as<float>()[1], 8 * input.as<float>()[1]);
}

TEST_F(TorchNetwork, WhatIsNoneIsRefusedInOneLine) {
  const auto refusal = [](const Bytes& bytes) { return bad_input_message([&] { open(bytes); }); };
  EXPECT_EQ(refusal({1, 2, 3}).rfind("its encoder: not a TorchScript archive", 0), 0U);
  EXPECT_EQ(refusal({}).rfind("its encoder: ", 0), 0U);
  EXPECT_NE(refusal(archive("two_inputs.pt")).find("takes 2 tensors"), std::string::npos);
  bad_input_message([] { torch_backend().open_network(archive("by_8.pt"), {"x", "tpu"}); });
}

TEST_F(TorchNetwork, CutOffAnywhereIsRefused) {
  const Bytes whole = archive("times_8.pt");
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    bad_input_message([&] {
      open({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    });
  }
}

}  // namespace
}  // namespace splitbench
