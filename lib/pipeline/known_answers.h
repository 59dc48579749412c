// The tail's answers to what it has been asked at one split, so that nothing is asked twice.
//
// Codecs often decode to the same tensors: lossless ones all do, and so do many that differ only in
// how they pack the same levels. Batches are told apart by a 64-bit hash of their bytes; they are
// compared only with what other codecs made of the same images, so that a thousand codecs over ten
// thousand batches meet a false match with a probability below 1e-9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/tensor.h"

namespace splitbench {

class KnownAnswers {
 public:
  // Forgets everything; there are `batches` batches of images.
  void resize(std::size_t batches);

  // The answers to `input`, decoded from the images of that batch; asks `tail` when it is new.
  // Thread-safe: who comes while another asks the same waits for the answer. Throws what `tail`
  // throws.
  std::vector<int> get(std::size_t batch, const Boundary& input,
                       const std::function<std::vector<int>(const Boundary&)>& tail);

 private:
  using Answers = std::shared_future<std::vector<int>>;

  std::mutex mutex_;
  std::vector<std::unordered_map<std::uint64_t, Answers>> batches_;
};

}  // namespace splitbench
