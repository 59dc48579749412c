#include "nn/torch/train/teacher.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "nn/torch/convert.h"

namespace splitbench::torch_nn {
namespace {

constexpr std::size_t kServerOnly = 0;  // the first of a model's splits

bool covers(const Lesson& lesson, const Lesson& wanted) {
  return (lesson.scores || !wanted.scores) &&
         std::includes(lesson.splits.begin(), lesson.splits.end(), wanted.splits.begin(),
                       wanted.splits.end());
}

}  // namespace

Teacher::Teacher(const TorchModel& model)
    : model_(model), writes_input_(model.writes_input(kServerOnly)) {}

void Teacher::enrol(const void* pupil, Lesson wanted) { wanted_[pupil] = std::move(wanted); }

void Teacher::dismiss(const void* pupil) { wanted_.erase(pupil); }

Lesson Teacher::wanted_by_all() const {
  Lesson all;
  for (const auto& [pupil, wanted] : wanted_) {
    all.splits.insert(wanted.splits.begin(), wanted.splits.end());
    all.scores |= wanted.scores;
  }
  return all;
}

void Teacher::prepare(const Lesson& lesson) {
  if (lesson == lesson_) return;
  lesson_ = lesson;
  program_.reset();
  if (lesson.splits.empty() && !lesson.scores) return;
  const TorchModel::PartRequest request{
      kServerOnly, {lesson.splits.begin(), lesson.splits.end()}, lesson.scores};
  program_ =
      std::make_unique<Program>(model_.part(request, TorchModel::Weights::kConstant), "teacher");
}

const Teaching& Teacher::teach(const void* pupil, const TrainingBatch& batch) {
  const Lesson& wanted = wanted_.at(pupil);
  if (batch.number != 0 && batch.number == number_ && covers(lesson_, wanted)) return said_;
  prepare(batch.number != 0 ? wanted_by_all() : wanted);
  const at::NoGradGuard guard;
  number_ = 0;  // should the network fail
  said_ = Teaching{to_torch(batch.inputs, model_.device()), {}, {}};
  if (program_) {
    std::vector<c10::IValue> stack = {writes_input_ ? said_.input.clone() : said_.input};
    program_->run(stack);
    std::size_t next = 0;
    for (const std::size_t split : lesson_.splits) {
      said_.features[split] = stack.at(next++).toTensor();
    }
    if (lesson_.scores) said_.scores = stack.at(next).toTensor();
  }
  number_ = batch.number;
  return said_;
}

}  // namespace splitbench::torch_nn
