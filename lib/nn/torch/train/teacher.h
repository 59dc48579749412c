// What the frozen network says of a batch: its features at some splits and its scores.
//
// One teacher serves all trainers of a model. Each says what it wants; a batch that has a number is
// then asked about once, for all that any of them wants, and whoever comes with the same number
// later is given the same tensors. So several bottlenecks that are trained on the same batches side
// by side cost one pass of the network. Not thread-safe.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include "core/training.h"
#include "nn/torch/torch_model.h"

namespace splitbench::torch_nn {

struct Lesson {
  std::set<std::size_t> splits;  // inner ones
  bool scores = false;

  bool operator==(const Lesson& other) const {
    return splits == other.splits && scores == other.scores;
  }
};

struct Teaching {
  at::Tensor input;                            // of the network
  std::map<std::size_t, at::Tensor> features;  // by split
  at::Tensor scores;                           // undefined unless wanted
};

class Teacher {
 public:
  // `model` must outlive the teacher.
  explicit Teacher(const TorchModel& model);

  // What `pupil`, an address that stands for itself alone, wants from now on.
  void enrol(const void* pupil, Lesson wanted);
  void dismiss(const void* pupil);

  // At least what the pupil wants; nobody may write into it. Valid until the next call.
  const Teaching& teach(const void* pupil, const TrainingBatch& batch);

 private:
  Lesson wanted_by_all() const;
  void prepare(const Lesson& lesson);

  const TorchModel& model_;
  bool writes_input_;  // in place
  std::map<const void*, Lesson> wanted_;
  Lesson lesson_;                     // what program_ yields
  std::unique_ptr<Program> program_;  // null when that is nothing
  std::uint64_t number_ = 0;          // of the batch that said_ is about
  Teaching said_;
};

// The two that a model's trainers share: steps and examinations want different things.
struct Teachers {
  explicit Teachers(const TorchModel& model) : of_steps(model), of_examinations(model) {}
  Teacher of_steps, of_examinations;
};

}  // namespace splitbench::torch_nn
