#include "pipeline/batch_feed.h"

#include <utility>

namespace splitbench {
namespace {

constexpr std::size_t kAhead = 3;

}  // namespace

BatchFeed::BatchFeed(std::size_t first, std::size_t end,
                     std::function<TrainingBatch(std::size_t)> make)
    : make_(std::move(make)), thread_([this, first, end] { work(first, end); }) {}

BatchFeed::~BatchFeed() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// False when nobody wants more.
bool BatchFeed::put(TrainingBatch batch, std::exception_ptr failure) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || made_.size() < kAhead; });
  if (closed_) return false;
  made_.push_back({std::move(batch), std::move(failure)});
  changed_.notify_all();
  return true;
}

void BatchFeed::work(std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) {
    TrainingBatch batch;
    std::exception_ptr failure;
    try {
      batch = make_(i);
    } catch (...) {
      failure = std::current_exception();
    }
    const bool failed = failure != nullptr;
    if (!put(std::move(batch), std::move(failure)) || failed) return;
  }
}

TrainingBatch BatchFeed::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !made_.empty(); });
  Made made = std::move(made_.front());
  made_.pop_front();
  lock.unlock();
  changed_.notify_all();
  if (made.failure) std::rethrow_exception(made.failure);
  return std::move(made.batch);
}

}  // namespace splitbench
