// Batches made ahead by a thread of its own, beside the work that takes them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "core/training.h"

namespace splitbench {

// Calls make(first), make(first + 1), ... make(end - 1) in this order, a few ahead of next().
class BatchFeed {
 public:
  BatchFeed(std::size_t first, std::size_t end, std::function<TrainingBatch(std::size_t)> make);
  // Waits for the batch being made.
  ~BatchFeed();
  BatchFeed(const BatchFeed&) = delete;
  BatchFeed& operator=(const BatchFeed&) = delete;

  // The next batch; rethrows what make() has thrown for it. At most end - first times.
  TrainingBatch next();

 private:
  void work(std::size_t first, std::size_t end);
  bool put(TrainingBatch batch, std::exception_ptr failure);

  struct Made {
    TrainingBatch batch;
    std::exception_ptr failure;
  };
  std::function<TrainingBatch(std::size_t)> make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Made> made_;
  bool closed_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace splitbench
