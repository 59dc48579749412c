#include "pipeline/train_bottleneck.h"

#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/heap.h"
#include "base/rng.h"
#include "io/text_file.h"
#include "nn/training_method.h"
#include "pipeline/stream_check.h"
#include "pipeline/training_group.h"

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

TrainingPlan final_plan(const ModelInfo& model, const TrainingSettings& settings,
                        const BottleneckJob& job) {
  TrainingPlan plan = plan_training(job.spec, model, job.split);
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
                      const TrainingSettings& settings, const Spec& spec,
                      const Bottleneck& outline) {
  TrainingLog log;
  log.model_name = session.manifest.name;
  log.model_sha256 = session.sha256;
  log.spec = resolve_options(spec, find_training_method(plan.method).options).canonical();
  log.encoder_split = outline.encoder_split;
  log.decoder_split = outline.decoder_split;
  log.input = outline.input;
  log.output = outline.output;
  log.latent = outline.latent;
  log.encoder_parameters = outline.encoder.parameters;
  log.encoder_macs = outline.encoder.macs;
  log.decoder_parameters = outline.decoder.parameters;
  log.decoder_macs = outline.decoder.macs;
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
  if (!std::filesystem::exists(run.checkpoint())) {
    events.note("no checkpoint in " + run.checkpoint() + "; starting from the beginning");
    return;
  }
  constexpr std::size_t kMostBytes = std::size_t{1} << 36;
  const std::string bytes = read_text_file(run.checkpoint(), kMostBytes);
  run.resume(parse_checkpoint({bytes.data(), bytes.size()}, run.checkpoint()));
}

// The images, as all bottlenecks see them.
struct SharedImages {
  SharedImages(const ModelSession& session, const Dataset& dataset, const Dataset* others,
               const TrainingSettings& settings)
      : trained_on(dataset),
        examined_on(others != nullptr ? *others : dataset),
        samples(share_samples(dataset, others, settings)),
        training(dataset, samples.training, input_rules(session)),
        validation(examined_on, samples.validation, input_rules(session)) {}

  const Dataset& trained_on;
  const Dataset& examined_on;
  Samples samples;
  TrainingImages training, validation;
};

// A bottleneck in work, with all that its run refers to.
class Work {
 public:
  Work(ModelSession& session, const SharedImages& images, const TrainingSettings& settings,
       const BottleneckJob& job, EventSink& events)
      : session_(session),
        job_(job),
        examined_on_(images.validation),
        plan_(final_plan(session.model->info(), settings, job)),
        trainer_(session.model->trainer(plan_, mixed_seed({settings.seed, kWeightSeed}))),
        log_(begin_log(session, plan_, settings, job.spec, trainer_->outline())) {
    log_.record.dataset = images.trained_on.spec();
    log_.record.images = images.samples.training.size();
    log_.validation =
        images.examined_on.spec() + (&images.examined_on == &images.trained_on ? ", held out" : "");
    log_.validation_images = images.samples.validation.size();
    log_.labelled = images.examined_on.labelled();
    run_ = std::make_unique<TrainingRun>(
        TrainingRun::Parts{plan_, settings, job, *trainer_, images.training, identity_of(log_),
                           events},
        log_);
    take_up(*run_, settings, events);
  }

  TrainingRun& run() { return *run_; }
  const std::string& prefix() const { return job_.prefix; }

  void finish() {
    log_.finished = true;
    TrainedBottleneck result{trainer_->finish(), {}};
    run_->make_tables(result.bottleneck);
    log_.streams = check_streams(result.bottleneck, *trainer_, examined_on_);
    result.log = log_;
    result.bottleneck.model_sha256 = session_.sha256;
    result.bottleneck.training = log_.record;
    job_.trained(result);
    release();
  }

  // Its weights are no longer wanted, nor what it wants of the teacher.
  void release() {
    run_.reset();
    trainer_.reset();
  }

 private:
  ModelSession& session_;
  const BottleneckJob& job_;
  const TrainingImages& examined_on_;
  TrainingPlan plan_;
  std::unique_ptr<Trainer> trainer_;
  TrainingLog log_;
  std::unique_ptr<TrainingRun> run_;
};

// What has failed while the others went on.
class Failures {
 public:
  explicit Failures(std::size_t jobs) : jobs_(jobs) {}

  void add(const std::string& prefix, const std::exception& error, EventSink& events) {
    if (jobs_ > 1) events.note(prefix + error.what());
    if (++count_ > 1) return;
    first_ = std::current_exception();
    first_message_ = prefix + error.what();
  }

  void rethrow() const {
    if (count_ == 0) return;
    if (jobs_ == 1) std::rethrow_exception(first_);
    throw runtime_failure(std::to_string(count_) + " of " + std::to_string(jobs_) +
                          " bottlenecks were not trained; the first: " + first_message_);
  }

 private:
  std::size_t jobs_, count_ = 0;
  std::exception_ptr first_;
  std::string first_message_;
};

}  // namespace

void train_bottlenecks(ModelSession& session, const Dataset& dataset, const Dataset* validation,
                       const TrainingSettings& settings, const std::vector<BottleneckJob>& jobs,
                       EventSink& events) {
  Model& model = *session.model;
  if (!model.info().any_batch) {
    throw bad_input("this network has a batch of 1 written into it, which cannot be trained with");
  }
  std::map<std::size_t, std::vector<const BottleneckJob*>> groups;  // by batch
  for (const BottleneckJob& job : jobs) {
    const TrainingPlan plan = final_plan(model.info(), settings, job);
    require_labels(plan, dataset);
    groups[plan.batch].push_back(&job);
  }
  SharedImages images(session, dataset, validation, settings);
  const std::size_t quarter = settings.memory_bytes / 4;
  images.validation.load(settings.threads, quarter, "for validation", events);
  images.training.load(settings.threads, 3 * quarter, "to train on", events);

  model.use_threads(settings.threads);
  // Each step allocates what the last one freed.
  keep_freed_memory();
  Failures failures(jobs.size());
  for (const auto& [batch, group] : groups) {
    std::vector<std::unique_ptr<Work>> works;
    std::vector<GroupMember> members;
    for (const BottleneckJob* job : group) {
      works.push_back(std::make_unique<Work>(session, images, settings, *job, events));
      Work& work = *works.back();
      members.push_back({&work.run(), [&work] { work.finish(); },
                         [&work, &failures, &events](const std::exception& error) {
                           failures.add(work.prefix(), error, events);
                           work.release();
                         }});
    }
    train_group(members, images.training, images.validation, settings, events);
  }
  failures.rethrow();
}

}  // namespace splitbench
