#include "pipeline/training_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/units.h"
#include "codec/bottleneck/latent_quantiser.h"
#include "codec/bottleneck/latent_table.h"
#include "io/text_file.h"
#include "pipeline/image_batches.h"

namespace splitbench {
namespace {

constexpr std::size_t kSurveyBatch = 250, kSurveyed = 2000;  // images
// What a seed is mixed with for its different uses; training_group has 1 and 2.
constexpr std::uint64_t kStepSeed = 3, kSurveySeed = 4;

std::string percent(double fraction) {
  std::ostringstream text;
  text.precision(2);
  text << std::fixed << 100 * fraction << " %";
  return text.str();
}

// The first line in which two identities differ, as "name=value, not name=value".
std::string difference(const std::string& had, const std::string& has) {
  std::istringstream before(had), now(has);
  std::string old_line, new_line;
  while (std::getline(before, old_line) && std::getline(now, new_line)) {
    if (old_line != new_line) return old_line + ", not " + new_line;
  }
  return "other settings";
}

}  // namespace

TrainingRun::TrainingRun(const Parts& parts, TrainingLog& log) : parts_(parts), log_(log) {
  const std::size_t images = parts_.images.size();
  batch_ = std::min(parts_.plan.batch, images);
  steps_ = images / batch_;
  at_.identity = parts_.identity;
  last_checkpoint_s_ = monotonic_s();
}

void TrainingRun::resume(TrainingCheckpoint checkpoint) {
  if (checkpoint.identity != parts_.identity) {
    throw bad_input(parts_.job.checkpoint + ": was made with " +
                    difference(checkpoint.identity, parts_.identity) +
                    "; give --resume the same settings, or start over with --fresh");
  }
  if (checkpoint.stage >= parts_.plan.stages.size() || checkpoint.step > steps_) {
    throw bad_input(parts_.job.checkpoint + ": stands where this training never comes");
  }
  parts_.trainer.restore(checkpoint.stage, checkpoint.state);
  at_ = std::move(checkpoint);
  at_.state.clear();
  parts_.events.note(parts_.job.prefix + "going on at " + checkpoint_place());
  // It may have been written between an epoch and what comes after it.
  if (at_.step == 0 && at_.epoch != 0) leave_stages();
}

std::string TrainingRun::checkpoint_place() const {
  return "epoch " + std::to_string(at_.epoch + 1) + ", step " + std::to_string(at_.step + 1) +
         " of " + std::to_string(steps_) + ", of stage " + stage().name;
}

std::string TrainingRun::detail() const {
  return stage().name + " " + std::to_string(at_.epoch + 1) + "/" + std::to_string(stage().epochs);
}

// A stage that trades rate for fidelity has no better and worse by accuracy alone.
bool TrainingRun::selects() const { return stage().rate == 0; }

void TrainingRun::begin_next_stage() {
  ++at_.stage;
  at_.epoch = at_.epochs_since_best = 0;
  at_.best_top1 = -1;
  if (stage().chooses_channels) {
    for (const auto& batch : surveyed()) {
      parts_.trainer.look_at(parts_.images.batch(batch, Augmentation{}, 0));
    }
  }
  parts_.trainer.begin_stage(at_.stage);
}

double TrainingRun::step(const TrainingBatch& batch) {
  const double progress = (static_cast<double>(at_.epoch) +
                           static_cast<double>(at_.step) / static_cast<double>(steps_)) /
                          stage().epochs;
  const StepResult result = parts_.trainer.step(
      batch, learning_rate_at(stage(), progress),
      mixed_seed({parts_.settings.seed, kStepSeed, at_.stage, at_.epoch, at_.step}));
  if (!std::isfinite(result.loss)) {
    throw runtime_failure(
        "the loss has diverged (" + format_number(result.loss) + " at " + checkpoint_place() +
        "); start over with smaller steps, e.g. --rate-factor " +
        format_number(parts_.settings.rate_factor / 10) +
        " --fresh; the last checkpoint, if one was written, stays in " + parts_.job.checkpoint);
  }
  ++at_.step;
  at_.epoch_images += batch_;
  at_.epoch_loss += result.loss * static_cast<double>(batch_);
  at_.epoch_bits += result.bits;
  return result.loss;
}

void TrainingRun::end_step(double seconds) {
  at_.epoch_seconds += seconds;
  at_.step_seconds += seconds;
  at_.step_images += batch_;
  if (monotonic_s() - last_checkpoint_s_ >= parts_.settings.checkpoint_s) write_checkpoint();
}

std::size_t TrainingRun::steps_left() const {
  if (trained_) return 0;
  std::size_t epochs = 0;
  for (std::size_t s = at_.stage + 1; s < parts_.plan.stages.size(); ++s) {
    epochs += static_cast<std::size_t>(parts_.plan.stages[s].epochs);
  }
  epochs += static_cast<std::size_t>(stage().epochs) - at_.epoch;
  return epochs * steps_ - at_.step;
}

std::size_t TrainingRun::all_steps() const {
  std::size_t epochs = 0;
  for (const TrainingStage& stage : parts_.plan.stages) {
    epochs += static_cast<std::size_t>(stage.epochs);
  }
  return epochs * steps_;
}

void TrainingRun::examine(const TrainingBatch& batch) {
  const Evaluation part = parts_.trainer.evaluate(batch);
  examined_.images += part.images;
  examined_.right += part.right;
  examined_.network_right += part.network_right;
  examined_.bits += part.bits;
  examined_.loss += part.loss;
}

bool TrainingRun::better(const Evaluation& evaluation) const {
  const double top1 =
      static_cast<double>(evaluation.right) / static_cast<double>(evaluation.images);
  if (at_.best_top1 < 0 || top1 != at_.best_top1) return top1 > at_.best_top1;
  return evaluation.loss < at_.best_loss;
}

void TrainingRun::end_epoch() {
  const Evaluation evaluation = std::exchange(examined_, {});
  const auto images = static_cast<double>(evaluation.images);
  const auto seen = static_cast<double>(at_.epoch_images);
  TrainingEpoch epoch;
  epoch.stage = stage().name;
  epoch.learning_rate = learning_rate_at(stage(), static_cast<double>(at_.epoch) / stage().epochs);
  epoch.loss = at_.epoch_loss / seen;
  epoch.bits = evaluation.bits / images;
  epoch.validation_top1 = static_cast<double>(evaluation.right) / images;
  epoch.seconds = at_.epoch_seconds;
  log_.network_top1 = static_cast<double>(evaluation.network_right) / images;
  ++at_.epochs_since_best;
  if (!selects() || better(evaluation)) {
    at_.best_top1 = epoch.validation_top1;
    at_.best_loss = evaluation.loss;
    at_.epochs_since_best = 0;
    if (selects()) parts_.trainer.keep_best();
  }
  at_.epochs.push_back(epoch);
  ++at_.epoch;
  at_.step = at_.epoch_images = 0;
  at_.epoch_loss = at_.epoch_bits = at_.epoch_seconds = 0;
  note_epoch(epoch);
  write_checkpoint();
  update_log();
  parts_.job.epoch_done(log_);
  leave_stages();
}

// A stage ends with its epochs, or when none has been better for long.
bool TrainingRun::stage_over() const {
  const std::size_t patience = parts_.settings.patience;
  return at_.epoch == static_cast<std::size_t>(stage().epochs) ||
         (patience != 0 && at_.epochs_since_best >= patience);
}

void TrainingRun::leave_stages() {
  if (!stage_over()) return;
  if (selects()) parts_.trainer.return_to_best();
  if (at_.stage + 1 == parts_.plan.stages.size()) {
    trained_ = true;
  } else {
    begin_next_stage();
  }
}

void TrainingRun::end() {
  const Evaluation evaluation = std::exchange(examined_, {});
  const auto images = static_cast<double>(evaluation.images);
  update_log();
  log_.network_top1 = static_cast<double>(evaluation.network_right) / images;
  log_.best_top1 = static_cast<double>(evaluation.right) / images;
}

void TrainingRun::note_epoch(const TrainingEpoch& epoch) {
  parts_.events.note(parts_.job.prefix + epoch.stage + " " + std::to_string(at_.epoch) + "/" +
                     std::to_string(stage().epochs) + ": loss " + format_plain(epoch.loss) + ", " +
                     (log_.labelled ? "accuracy " : "agreement ") + percent(epoch.validation_top1) +
                     (log_.labelled ? " (the network " + percent(log_.network_top1) + ")" : "") +
                     (epoch.bits != 0 ? ", " + format_plain(epoch.bits / 8) + " bytes" : "") +
                     ", " + format_duration(epoch.seconds));
}

void TrainingRun::update_log() {
  log_.record.epochs = at_.epochs;
  log_.best_top1 = std::max(at_.best_top1, 0.0);
  log_.images_per_second =
      at_.step_seconds > 0 ? static_cast<double>(at_.step_images) / at_.step_seconds : 0;
}

void TrainingRun::write_checkpoint() {
  if (!parts_.trainer.finite()) {
    throw runtime_failure("the weights have diverged before " + checkpoint_place() +
                          "; start over with smaller steps, e.g. --rate-factor " +
                          format_number(parts_.settings.rate_factor / 10) +
                          " --fresh; the last checkpoint, if one was written, stays in " +
                          parts_.job.checkpoint);
  }
  at_.state = parts_.trainer.state();
  const Bytes bytes = checkpoint_bytes(at_);
  at_.state.clear();
  write_text_file(parts_.job.checkpoint, std::string(bytes.begin(), bytes.end()));
  last_checkpoint_s_ = monotonic_s();
}

std::vector<std::vector<std::size_t>> TrainingRun::surveyed() const {
  std::vector<std::size_t> positions(parts_.images.size());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  Rng rng(mixed_seed({parts_.settings.seed, kSurveySeed}));
  rng.shuffle(positions);
  positions.resize(std::min(positions.size(), kSurveyed));
  return even_batches(positions, kSurveyBatch);
}

void TrainingRun::make_tables(Bottleneck& bottleneck) const {
  LatentCoder& coder = bottleneck.coder;
  for (const LatentDensity& density : parts_.trainer.densities()) {
    coder.medians.push_back(density.median);
    coder.tables.push_back(latent_table(density.first, density.weights));
  }
  if (coder.coding != LatentCoding::kAffineCoded) return;
  std::vector<std::int32_t> levels;
  for (const auto& positions : surveyed()) {
    const Tensor latents = parts_.trainer.encode(parts_.images.batch(positions, Augmentation{}, 0));
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const LatentLevels item = latent_levels(coder, batch_item(latents, i));
      levels.insert(levels.end(), item.values.begin(), item.values.end());
    }
  }
  coder.tables = latent_tables(levels, static_cast<std::size_t>(bottleneck.latent.shape.at(1)),
                               latent_channel_size(bottleneck.latent));
}

}  // namespace splitbench
