#include "pipeline/train_bottleneck.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/heap.h"
#include "base/rng.h"
#include "io/text_file.h"
#include "nn/training_method.h"
#include "pipeline/training_run.h"

namespace splitbench {
namespace {

constexpr std::size_t kHeldOutPart = 10, kMostHeldOut = 5000;
constexpr std::uint64_t kHeldOutSeed = 5, kWeightSeed = 6;

// Which samples are for training and which for validation.
struct Samples {
  std::vector<std::size_t> training, validation;
};

Samples share_samples(const Dataset& dataset, const Dataset* validation,
                      const TrainingSettings& settings) {
  Samples samples;
  samples.training = choose_samples(dataset.size(), settings.limit, settings.seed);
  if (validation != nullptr) {
    samples.validation = choose_samples(validation->size(), settings.held_out, settings.seed);
    return samples;
  }
  const std::size_t count = samples.training.size();
  const std::size_t wanted = settings.held_out != 0
                                 ? settings.held_out
                                 : std::clamp(count / kHeldOutPart, std::size_t{1}, kMostHeldOut);
  if (wanted >= count) {
    throw bad_input("to hold out " + std::to_string(wanted) + " of " + std::to_string(count) +
                    " images leaves none to train on; name others with --validation");
  }
  std::vector<bool> held(count, false);
  for (const std::size_t i :
       choose_samples(count, wanted, mixed_seed({settings.seed, kHeldOutSeed}))) {
    held[i] = true;
  }
  const std::vector<std::size_t> all = std::move(samples.training);
  samples.training.clear();
  for (std::size_t i = 0; i < count; ++i) {
    (held[i] ? samples.validation : samples.training).push_back(all[i]);
  }
  return samples;
}

TrainingPlan final_plan(const ModelInfo& model, const TrainingSettings& settings) {
  TrainingPlan plan = plan_training(settings.spec, model, settings.split);
  if (settings.epochs != 0) share_epochs(settings.epochs, plan.stages);
  if (settings.batch != 0) plan.batch = settings.batch;
  for (TrainingStage& stage : plan.stages) stage.learning_rate *= settings.rate_factor;
  return plan;
}

void require_labels(const TrainingPlan& plan, const Dataset& dataset) {
  for (const TrainingStage& stage : plan.stages) {
    if (!needs_labels(stage) || dataset.labelled()) continue;
    throw bad_input(dataset.spec() + " has no labels, and stage " + stage.name + " of " +
                    plan.method +
                    " compares with them; choose another dataset or a variant that "
                    "needs none (see: splitbench list methods)");
  }
}

std::vector<std::string> all_choices(const TrainingPlan& plan, const TrainingSettings& settings) {
  std::vector<std::string> choices = plan.choices;
  for (const TrainingStage& stage : plan.stages) {
    choices.push_back("epochs of " + stage.name + "=" + std::to_string(stage.epochs));
    choices.push_back("learning rate of " + stage.name + "=" + format_number(stage.learning_rate));
  }
  choices.push_back("batch=" + std::to_string(plan.batch));
  choices.push_back("augmentation=" + settings.augmentation);
  choices.push_back("patience=" + std::to_string(settings.patience));
  return choices;
}

// One "name=value" a line: all that the weights depend on.
std::string identity_of(const TrainingLog& log) {
  std::string identity =
      "splitbench=" + std::string(SPLITBENCH_VERSION) + "\nmodel=" + log.model_sha256 +
      "\nmethod=" + log.spec + "\nsplit=" + log.decoder_split + "\ndataset=" + log.record.dataset +
      "\nimages=" + std::to_string(log.record.images) + "\nvalidation=" + log.validation +
      "\nvalidation images=" + std::to_string(log.validation_images) +
      "\nseed=" + std::to_string(log.record.seed) +
      "\nthreads=" + std::to_string(log.record.threads) + "\n";
  for (const std::string& choice : log.record.choices) identity += choice + "\n";
  return identity;
}

TrainingLog begin_log(const ModelSession& session, const TrainingPlan& plan,
                      const TrainingSettings& settings) {
  const ModelInfo& model = session.model->info();
  const auto spec_at = [&](const std::string& id) {
    const auto found = std::find_if(model.splits.begin(), model.splits.end(),
                                    [&](const SplitPoint& split) { return split.id == id; });
    return found->boundary.at(0);
  };
  TrainingLog log;
  log.model_name = session.manifest.name;
  log.model_sha256 = session.sha256;
  log.spec = resolve_options(settings.spec, find_training_method(plan.method).options).canonical();
  log.encoder_split = plan.encoder_split;
  log.decoder_split = plan.decoder_split;
  log.input = spec_at(plan.encoder_split);
  log.output = spec_at(plan.decoder_split);
  log.latent = {DType::kF32, output_shape(plan.encoder, log.input.shape)};
  log.encoder_parameters = parameter_count(plan.encoder);
  log.encoder_macs = multiply_accumulates(plan.encoder, log.input.shape);
  log.decoder_parameters = parameter_count(plan.decoder);
  log.decoder_macs = multiply_accumulates(plan.decoder, log.latent.shape);
  log.record.seed = settings.seed;
  log.record.threads = settings.threads;
  log.record.choices = all_choices(plan, settings);
  return log;
}

InputRules input_rules(const ModelSession& session) {
  const ModelInfo& model = session.model->info();
  InputRules rules{session.manifest.preprocess, model.input, 0};
  if (!model.output.shape.empty() && model.output.shape[0] == 1) {
    rules.classes = model.output.elements();
  }
  return rules;
}

// Goes on where a checkpoint stands, if there is one and it is wanted.
void take_up(TrainingRun& run, const TrainingSettings& settings, EventSink& events) {
  if (!settings.resume) return;
  if (!std::filesystem::exists(settings.checkpoint)) {
    events.note("no checkpoint in " + settings.checkpoint + "; starting from the beginning");
    return;
  }
  constexpr std::size_t kMostBytes = std::size_t{1} << 36;
  const std::string bytes = read_text_file(settings.checkpoint, kMostBytes);
  run.resume(parse_checkpoint({bytes.data(), bytes.size()}, settings.checkpoint));
}

}  // namespace

TrainedBottleneck train_bottleneck(ModelSession& session, const Dataset& dataset,
                                   const Dataset* validation, const TrainingSettings& settings,
                                   EventSink& events) {
  Model& model = *session.model;
  const TrainingPlan plan = final_plan(model.info(), settings);
  if (!model.info().any_batch) {
    throw bad_input("this network has a batch of 1 written into it, which cannot be trained with");
  }
  require_labels(plan, dataset);
  const Samples samples = share_samples(dataset, validation, settings);
  const Dataset& examined = validation != nullptr ? *validation : dataset;
  TrainingLog log = begin_log(session, plan, settings);
  log.record.dataset = dataset.spec();
  log.record.images = samples.training.size();
  log.validation = examined.spec() + (validation != nullptr ? "" : ", held out");
  log.validation_images = samples.validation.size();
  log.labelled = examined.labelled();

  const InputRules rules = input_rules(session);
  TrainingImages images(dataset, samples.training, rules);
  TrainingImages held_out(examined, samples.validation, rules);
  held_out.load(settings.threads, settings.memory_bytes / 4, "for validation", events);
  images.load(settings.threads, settings.memory_bytes / 4 * 3, "to train on", events);

  model.use_threads(settings.threads);
  // Each step allocates what the last one freed.
  keep_freed_memory();
  const std::unique_ptr<Trainer> trainer =
      model.trainer(plan, mixed_seed({settings.seed, kWeightSeed}));
  TrainingRun run({plan, settings, *trainer, images, held_out, identity_of(log), events}, log);
  take_up(run, settings, events);
  run.run();
  log.finished = true;
  TrainedBottleneck result{trainer->finish(), log};
  run.make_tables(result.bottleneck);
  result.bottleneck.model_sha256 = session.sha256;
  result.bottleneck.training = log.record;
  return result;
}

}  // namespace splitbench
