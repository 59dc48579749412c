// What calibrations learn of the same samples whatever their settings, learnt once: a codec is
// calibrated for each of its settings, and most of what it measures does not depend on them.
//
// Thread-safe: whoever asks first computes, others that ask meanwhile wait for it.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace splitbench {

class CalibrationMemo {
 public:
  // What compute() returned to the first who asked for `key`, or the exception it threw. Keys start
  // with the codec's name; each is always of one type.
  template <typename Compute>
  auto get(const std::string& key, Compute compute) {
    using Value = decltype(compute());
    std::promise<std::shared_ptr<const void>> promise;
    const auto [known, is_first] = enter(key, promise);
    if (is_first) {
      try {
        promise.set_value(std::make_shared<const Value>(compute()));
      } catch (...) {
        promise.set_exception(std::current_exception());
      }
    }
    return std::static_pointer_cast<const Value>(known.get());
  }

 private:
  using Known = std::shared_future<std::shared_ptr<const void>>;

  std::pair<Known, bool> enter(const std::string& key,
                               std::promise<std::shared_ptr<const void>>& promise) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [place, is_first] = known_.try_emplace(key);
    if (is_first) place->second = promise.get_future().share();
    return {place->second, is_first};
  }

  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

// As get(), without a memo too.
template <typename Compute>
auto remembered(CalibrationMemo* memo, const std::string& key, Compute compute) {
  using Value = decltype(compute());
  return memo != nullptr ? memo->get(key, compute) : std::make_shared<const Value>(compute());
}

}  // namespace splitbench
