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

std::vector<int> KnownAnswers::get(std::size_t batch, const Boundary& input,
                                   const std::function<std::vector<int>(const Boundary&)>& tail) {
  const std::uint64_t key = digest(input);
  std::promise<std::vector<int>> promise;
  std::unique_lock<std::mutex> lock(mutex_);
  const auto [entry, is_new] = batches_.at(batch).try_emplace(key);
  if (is_new) entry->second = promise.get_future().share();
  const Answers answers = entry->second;
  lock.unlock();
  if (is_new) {
    try {
      promise.set_value(tail(input));
    } catch (...) {
      promise.set_exception(std::current_exception());
      lock.lock();
      batches_[batch].erase(key);
    }
  }
  return answers.get();
}

}  // namespace splitbench
