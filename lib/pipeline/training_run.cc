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

constexpr std::size_t kValidationBatch = 250;
constexpr std::size_t kSurveyed = 2000;  // images
// What a seed is mixed with for its different uses.
constexpr std::uint64_t kOrderSeed = 1, kDrawSeed = 2, kStepSeed = 3, kSurveySeed = 4;

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
    throw bad_input(parts_.settings.checkpoint + ": was made with " +
                    difference(checkpoint.identity, parts_.identity) +
                    "; give --resume the same settings, or start over with --fresh");
  }
  if (checkpoint.stage >= parts_.plan.stages.size() || checkpoint.step > steps_) {
    throw bad_input(parts_.settings.checkpoint + ": stands where this training never comes");
  }
  parts_.trainer.restore(checkpoint.stage, checkpoint.state);
  at_ = std::move(checkpoint);
  at_.state.clear();
  parts_.events.note("going on at " + place());
}

std::string TrainingRun::place() const {
  return "epoch " + std::to_string(at_.epoch + 1) + ", step " + std::to_string(at_.step + 1) +
         " of " + std::to_string(steps_) + ", of stage " + stage().name;
}

// A stage that trades rate for fidelity has no better and worse by accuracy alone.
bool TrainingRun::selects() const { return stage().rate == 0; }

void TrainingRun::run() {
  for (;;) {
    run_stage();
    if (at_.stage + 1 == parts_.plan.stages.size()) break;
    begin_next_stage();
  }
  const Evaluation evaluation = validate("the result");
  const auto images = static_cast<double>(evaluation.images);
  update_log();
  log_.network_top1 = static_cast<double>(evaluation.network_right) / images;
  log_.best_top1 = static_cast<double>(evaluation.right) / images;
}

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

void TrainingRun::run_stage() {
  const auto epochs = static_cast<std::size_t>(stage().epochs);
  const std::size_t patience = parts_.settings.patience;
  while (at_.epoch < epochs && (patience == 0 || at_.epochs_since_best < patience)) run_epoch();
  if (selects()) parts_.trainer.return_to_best();
}

TrainingBatch TrainingRun::batch_of(const std::vector<std::size_t>& order, std::size_t step) const {
  const auto begin = order.begin() + static_cast<std::ptrdiff_t>(step * batch_);
  const std::vector<std::size_t> positions(begin, begin + static_cast<std::ptrdiff_t>(batch_));
  return parts_.images.batch(positions, parse_augmentation(parts_.settings.augmentation),
                             mixed_seed({parts_.settings.seed, kDrawSeed, at_.stage, at_.epoch}));
}

// What is left over when the images are shared out to batches waits for another epoch.
void TrainingRun::run_epoch() {
  std::vector<std::size_t> order(parts_.images.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(mixed_seed({parts_.settings.seed, kOrderSeed, at_.stage, at_.epoch}));
  rng.shuffle(order);
  BatchFeed feed(at_.step, steps_, [&](std::size_t step) { return batch_of(order, step); });
  while (at_.step < steps_) {
    if (parts_.settings.stop_requested()) {
      write_checkpoint();
      throw runtime_failure("stopped as requested before " + place() +
                            "; go on with --resume (state in " + parts_.settings.checkpoint + ")");
    }
    take_step(feed.next());
    if (monotonic_s() - last_checkpoint_s_ >= parts_.settings.checkpoint_s) write_checkpoint();
  }
  end_epoch();
}

void TrainingRun::take_step(const TrainingBatch& batch) {
  const double progress = (static_cast<double>(at_.epoch) +
                           static_cast<double>(at_.step) / static_cast<double>(steps_)) /
                          stage().epochs;
  const double start = monotonic_s();
  const StepResult result = parts_.trainer.step(
      batch, learning_rate_at(stage(), progress),
      mixed_seed({parts_.settings.seed, kStepSeed, at_.stage, at_.epoch, at_.step}));
  const double seconds = monotonic_s() - start;
  if (!std::isfinite(result.loss)) {
    throw runtime_failure("the loss has diverged (" + format_number(result.loss) + " at " +
                          place() + "); start over with smaller steps, e.g. --rate-factor " +
                          format_number(parts_.settings.rate_factor / 10) +
                          " --fresh; the last checkpoint, if one was written, stays in " +
                          parts_.settings.checkpoint);
  }
  ++at_.step;
  at_.epoch_images += batch_;
  at_.epoch_loss += result.loss * static_cast<double>(batch_);
  at_.epoch_bits += result.bits;
  at_.epoch_seconds += seconds;
  at_.step_seconds += seconds;
  at_.step_images += batch_;
  run_seconds_ += seconds;
  ++run_steps_;
  show_progress(result.loss);
}

std::size_t TrainingRun::steps_left() const {
  std::size_t epochs = 0;
  for (std::size_t s = at_.stage + 1; s < parts_.plan.stages.size(); ++s) {
    epochs += static_cast<std::size_t>(parts_.plan.stages[s].epochs);
  }
  epochs += static_cast<std::size_t>(stage().epochs) - at_.epoch;
  return epochs * steps_ - at_.step;
}

void TrainingRun::show_progress(double loss) {
  std::size_t total = 0;
  for (const TrainingStage& stage : parts_.plan.stages) {
    total += static_cast<std::size_t>(stage.epochs) * steps_;
  }
  const double pace = run_seconds_ / static_cast<double>(run_steps_);
  Progress progress;
  progress.stage = "train";
  progress.done = total - steps_left();
  progress.total = total;
  progress.unit = "steps";
  progress.detail = stage().name + " " + std::to_string(at_.epoch + 1) + "/" +
                    std::to_string(stage().epochs) + ", loss " + format_plain(loss);
  progress.pace = format_plain(static_cast<double>(batch_) / pace) + " images/s";
  progress.left_s = pace * static_cast<double>(steps_left());
  parts_.events.progress(progress);
}

Evaluation TrainingRun::validate(const std::string& stage) {
  Evaluation sum;
  for (const auto& positions : consecutive_batches(parts_.validation.size(), kValidationBatch)) {
    const Evaluation part =
        parts_.trainer.evaluate(parts_.validation.batch(positions, Augmentation{}, 0));
    sum.images += part.images;
    sum.right += part.right;
    sum.network_right += part.network_right;
    sum.bits += part.bits;
    sum.loss += part.loss;
    parts_.events.progress({"validate", sum.images, parts_.validation.size(), "images", stage});
  }
  return sum;
}

bool TrainingRun::better(const Evaluation& evaluation) const {
  const double top1 =
      static_cast<double>(evaluation.right) / static_cast<double>(evaluation.images);
  if (at_.best_top1 < 0 || top1 != at_.best_top1) return top1 > at_.best_top1;
  return evaluation.loss < at_.best_loss;
}

void TrainingRun::end_epoch() {
  const Evaluation evaluation = validate(stage().name);
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
  parts_.events.note(epoch.stage + " " + std::to_string(at_.epoch) + "/" +
                     std::to_string(stage().epochs) + ": loss " + format_plain(epoch.loss) + ", " +
                     (log_.labelled ? "accuracy " : "agreement ") + percent(epoch.validation_top1) +
                     (log_.labelled ? " (the network " + percent(log_.network_top1) + ")" : "") +
                     (epoch.bits != 0 ? ", " + format_plain(epoch.bits / 8) + " bytes" : "") +
                     ", " + format_duration(epoch.seconds));
  write_checkpoint();
  update_log();
  parts_.settings.epoch_done(log_);
}

void TrainingRun::update_log() {
  log_.record.epochs = at_.epochs;
  log_.best_top1 = std::max(at_.best_top1, 0.0);
  log_.images_per_second =
      at_.step_seconds > 0 ? static_cast<double>(at_.step_images) / at_.step_seconds : 0;
}

void TrainingRun::write_checkpoint() {
  if (!parts_.trainer.finite()) {
    throw runtime_failure("the weights have diverged before " + place() +
                          "; start over with smaller steps, e.g. --rate-factor " +
                          format_number(parts_.settings.rate_factor / 10) +
                          " --fresh; the last checkpoint, if one was written, stays in " +
                          parts_.settings.checkpoint);
  }
  at_.state = parts_.trainer.state();
  const Bytes bytes = checkpoint_bytes(at_);
  at_.state.clear();
  write_text_file(parts_.settings.checkpoint, std::string(bytes.begin(), bytes.end()));
  last_checkpoint_s_ = monotonic_s();
}

std::vector<std::vector<std::size_t>> TrainingRun::surveyed() const {
  std::vector<std::size_t> positions(parts_.images.size());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  Rng rng(mixed_seed({parts_.settings.seed, kSurveySeed}));
  rng.shuffle(positions);
  positions.resize(std::min(positions.size(), kSurveyed));
  return even_batches(positions, kValidationBatch);
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
