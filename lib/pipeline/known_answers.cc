#include "pipeline/known_answers.h"

#include <string_view>

namespace splitbench {
namespace {

std::uint64_t digest(const Boundary& boundary) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio: spreads every bit
  std::uint64_t digest = 0;
  for (const Tensor& tensor : boundary) {
    const std::string_view bytes(tensor.as<char>(), tensor.bytes());
    digest = (digest ^ std::hash<std::string_view>{}(bytes)) * kOdd;
  }
  return digest;
}

}  // namespace

void KnownAnswers::resize(std::size_t batches) {
  batches_.clear();
  batches_.resize(batches);
}

const std::vector<int>& KnownAnswers::get(
    std::size_t batch, const Boundary& input,
    const std::function<std::vector<int>(const Boundary&)>& tail) {
  auto& known = batches_.at(batch);
  const std::uint64_t key = digest(input);
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, tail(input)).first->second;
}

}  // namespace splitbench
