// The state of one training and how it moves on, step by step: what pipeline/training_group drives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/training.h"
#include "io/training_checkpoint.h"
#include "pipeline/train_bottleneck.h"
#include "pipeline/training_images.h"

namespace splitbench {

// A step of a training: `epoch` counts all its stages through. The images of a step are the same
// for every training with the same seed, images and batch.
struct TrainingPlace {
  std::size_t epoch = 0, step = 0;

  bool operator==(const TrainingPlace& o) const { return epoch == o.epoch && step == o.step; }
  bool operator<(const TrainingPlace& o) const {
    return epoch != o.epoch ? epoch < o.epoch : step < o.step;
  }
};

// A run is at a step, or behind the last step of an epoch, where it is examined, or done and then
// examined once more.
class TrainingRun {
 public:
  // All must outlive the run. `plan` has its final epochs, batch and learning rates.
  struct Parts {
    const TrainingPlan& plan;
    const TrainingSettings& settings;
    const BottleneckJob& job;
    Trainer& trainer;
    const TrainingImages& images;
    std::string identity;
    EventSink& events;
  };
  TrainingRun(const Parts& parts, TrainingLog& log);

  // Takes up the state of a checkpoint. Throws Error{kBadInput} when it is of another training.
  void resume(TrainingCheckpoint checkpoint);

  TrainingPlace place() const { return {at_.epochs.size(), at_.step}; }
  std::size_t batch() const { return batch_; }
  std::size_t steps() const { return steps_; }  // of an epoch
  std::size_t steps_left() const;
  std::size_t all_steps() const;
  bool epoch_taken() const { return !trained_ && at_.step == steps_; }
  bool trained() const { return trained_; }
  // "head-distillation 2/7", for who looks on.
  std::string detail() const;

  // The step at place(); returns its loss. Throws Error{kRuntime} when loss or weights have
  // diverged.
  double step(const TrainingBatch& batch);
  // After each step: how much of the time was this run's. Writes a checkpoint if one is due, so
  // throws as step() does.
  void end_step(double seconds);
  // Once for each validation batch when epoch_taken() or trained(); then one of the two below.
  void examine(const TrainingBatch& batch);
  // On to the next epoch or stage; after the last one trained() is true.
  void end_epoch();
  // The last word of the log.
  void end();
  // The coder's tables: of what has been learnt about rounded latents, or of the levels that some
  // of the training images have.
  void make_tables(Bottleneck& bottleneck) const;
  void write_checkpoint();
  const std::string& checkpoint() const { return parts_.job.checkpoint; }
  std::string checkpoint_place() const;  // "epoch 2, step 7 of 90, of stage fine-tuning"

 private:
  bool stage_over() const;
  void leave_stages();
  void begin_next_stage();
  std::vector<std::vector<std::size_t>> surveyed() const;
  bool better(const Evaluation& evaluation) const;
  const TrainingStage& stage() const { return parts_.plan.stages.at(at_.stage); }
  bool selects() const;
  void note_epoch(const TrainingEpoch& epoch);
  void update_log();

  Parts parts_;
  TrainingLog& log_;
  TrainingCheckpoint at_;  // where the training is; its state is filled in when it is written
  std::size_t batch_ = 1, steps_ = 1;  // images of a step, steps of an epoch
  bool trained_ = false;
  Evaluation examined_;  // so far, of the examination in work
  double last_checkpoint_s_ = 0;
};

}  // namespace splitbench
