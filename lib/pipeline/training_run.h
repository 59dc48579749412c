// The state of one training and how it moves on: what train_bottleneck() drives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/training.h"
#include "io/training_checkpoint.h"
#include "pipeline/batch_feed.h"
#include "pipeline/train_bottleneck.h"
#include "pipeline/training_images.h"

namespace splitbench {

class TrainingRun {
 public:
  // All must outlive the run. `plan` has its final epochs, batch and learning rates.
  struct Parts {
    const TrainingPlan& plan;
    const TrainingSettings& settings;
    Trainer& trainer;
    const TrainingImages& images;
    const TrainingImages& validation;
    std::string identity;
    EventSink& events;
  };
  TrainingRun(const Parts& parts, TrainingLog& log);

  // Takes up the state of a checkpoint. Throws Error{kBadInput} when it is of another training.
  void resume(TrainingCheckpoint checkpoint);
  // All that is left of all stages.
  void run();
  // The coder's tables: of what has been learnt about rounded latents, or of the levels that some
  // of the training images have.
  void make_tables(Bottleneck& bottleneck) const;

 private:
  void run_stage();
  void begin_next_stage();
  std::vector<std::vector<std::size_t>> surveyed() const;
  void run_epoch();
  void end_epoch();
  Evaluation validate(const std::string& stage);
  bool better(const Evaluation& evaluation) const;
  void take_step(const TrainingBatch& batch);
  void write_checkpoint();
  void show_progress(double loss);
  std::size_t steps_left() const;
  std::string place() const;
  TrainingBatch batch_of(const std::vector<std::size_t>& order, std::size_t step) const;
  const TrainingStage& stage() const { return parts_.plan.stages.at(at_.stage); }
  bool selects() const;
  void update_log();

  Parts parts_;
  TrainingLog& log_;
  TrainingCheckpoint at_;  // where the training is; its state is filled in when it is written
  std::size_t batch_ = 1, steps_ = 1;  // images of a step, steps of an epoch
  double last_checkpoint_s_ = 0;
  double run_seconds_ = 0;  // of steps since the process began
  std::size_t run_steps_ = 0;
};

}  // namespace splitbench
