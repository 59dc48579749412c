// `splitbench train`: learned bottlenecks for the user's own model and images.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/units.h"
#include "codec/bottleneck/bottleneck_file.h"
#include "command.h"
#include "data/image_reader.h"
#include "data/registry.h"
#include "io/file_lock.h"
#include "io/output_file.h"
#include "io/text_file.h"
#include "io/training_document.h"
#include "link/link.h"
#include "model_options.h"
#include "nn/training_method.h"
#include "pipeline/train_bottleneck.h"
#include "stop_signals.h"
#include "terminal.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".bottleneck";

// One bottleneck to train, and the files that belong to it.
struct Job {
  Spec spec;
  std::size_t split = 0;
  std::string output;

  std::string curve() const { return output + ".training.json"; }
  std::string checkpoint() const { return output + ".checkpoint"; }
};

// What is open while a bottleneck is trained.
struct Desk {
  Desk(const Job& job, const Context& context)
      : lock(job.output + ".lock",
             job.output +
                 ": another splitbench trains this bottleneck; wait for it or choose "
                 "another place with -o",
             FileLock::After::kRemove),
        recorder(context.argv, context.events),
        output(job.output) {}

  FileLock lock;
  RunRecorder recorder;
  OutputFile output;
};

// "bottlefit_layer2_channels=3.bottleneck": the split, and the settings that are not the default.
std::string file_name(const Spec& spec, const std::string& split) {
  const std::vector<OptionDescription>& options = find_training_method(spec.name).options;
  const Spec complete = resolve_options(spec, options);
  std::string name = spec.name + "_" + split;
  for (const OptionDescription& option : options) {
    const auto value = complete.options.find(option.name);
    if (value == complete.options.end() || value->second == option.default_value) continue;
    name += "_" + option.name + "=" + value->second;
  }
  std::replace(name.begin(), name.end(), '/', '-');
  return name + kSuffix;
}

class TrainCommand : public Command {
 public:
  std::string name() const override { return "train"; }
  std::string summary() const override {
    return "Train learned bottlenecks for a model and its images";
  }

  void configure(CLI::App& app) override {
    app.add_option("CODEC", codec_,
                   "Method with settings, lists and ranges allowed: bottlefit:channels=3 (see: "
                   "splitbench list methods)")
        ->required();
    model_.configure(app);
    app.add_option("--split", split_,
                   "Where the decoder's output goes: an id; or ids separated by commas, blocks, "
                   "natural or all for a bottleneck at each")
        ->required();
    app.add_option("--dataset", dataset_,
                   "Images to train on; by default the training part of the model manifest's");
    app.add_option("--validation", validation_,
                   "Images to validate on; by default a tenth of the others is held out, at most "
                   "5000");
    app.add_option("--held-out", settings_.held_out, "So many images for validation instead")
        ->check(CLI::Range(1, 10000000));
    app.add_option("--limit", settings_.limit, "Images to use, drawn by the seed; 0 for all")
        ->capture_default_str();
    app.add_option(
           "--epochs", settings_.epochs,
           "Passes over the images, shared out to the stages as in the paper; by default as "
           "many as there")
        ->check(CLI::Range(1, 100000));
    app.add_option("--batch", settings_.batch, "Images in a step; by default as in the paper")
        ->check(CLI::Range(1, 65536));
    app.add_option("--rate-factor", settings_.rate_factor, "On the paper's learning rates")
        ->check(CLI::Range(1e-6, 1e6))
        ->capture_default_str();
    app.add_option("--patience", settings_.patience,
                   "End a stage after so many epochs without a better one; 0: never")
        ->capture_default_str();
    app.add_option("--augmentation", settings_.augmentation,
                   "What happens to pictures each time they are shown: none, flip, shift, "
                   "flip-shift")
        ->check(CLI::IsMember(std::vector<std::string>{"none", "flip", "shift", "flip-shift"}))
        ->capture_default_str();
    app.add_option("--seed", settings_.seed, "Of everything that is drawn")->capture_default_str();
    app.add_option("--memory", memory_, "For prepared images; more are read again and again")
        ->capture_default_str();
    app.add_option("--checkpoint-every", settings_.checkpoint_s, "Seconds between checkpoints")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    CLI::Option* resume =
        app.add_flag("--resume", settings_.resume, "Go on where the last checkpoint stands");
    app.add_flag("--fresh", fresh_, "Delete checkpoints and start over")->excludes(resume);
    app.add_option("-o,--output", output_, "Bottleneck to write; a folder when several are trained")
        ->required();
    app.footer(
        "The model is the teacher, as it is: batch norms keep the statistics they were\n"
        "saved with, and no label is needed for methods that only compare features. A\n"
        "fine-tuned tail goes into the file; the model's own stays as it is.\n\n"
        "Several bottlenecks (lists, ranges, several splits) are trained side by side on\n"
        "the same images: the network is run once for all whose batches are of one size.\n\n"
        "Beside FILE are FILE.training.json, the learning curve, and while it is trained\n"
        "FILE.checkpoint. A training that is killed at any moment goes on with --resume\n"
        "and gives the same weights as one that was not, with as many threads.\n\n"
        "  splitbench train bottlefit:channels=3 fashion-resnet --split layer3 \\\n"
        "      -o b.bottleneck\n"
        "  splitbench train bottlefit:variant=vanilla,kd,hnd fashion-resnet \\\n"
        "      --split layer2 --epochs 20 -o baselines/\n"
        "  splitbench train bottlefit fashion-resnet --split blocks --resume -o trained/\n"
        "  splitbench compress fashion-resnet --codec bottlefit:file=trained -o sweep");
  }

  int run(const Context& context) override {
    settings_.memory_bytes = static_cast<std::size_t>(parse_size_bytes(memory_));
    settings_.threads = model_.threads;
    const std::vector<Spec> specs = expand_spec(codec_);
    for (const Spec& spec : specs) {
      resolve_options(spec, find_training_method(spec.name).options);
    }
    ModelSession session = model_.open(context, nullptr);
    const std::vector<Job> jobs = make_jobs(specs, session.model->info(), context);
    const std::unique_ptr<Dataset> dataset = open_dataset(dataset_spec(session), data_context());
    const std::unique_ptr<Dataset> validation =
        validation_.empty() ? nullptr : open_dataset(validation_, data_context());
    if (validation && validation->spec() == dataset->spec()) {
      throw bad_input("--validation " + validation_ + " names the images to train on");
    }
    const StopSignals signals;
    settings_.stop_requested = [&signals] { return signals.requested(); };
    train(jobs, session, *dataset, validation.get(), context);
    return 0;
  }

 private:
  std::vector<Job> make_jobs(const std::vector<Spec>& specs, const ModelInfo& model,
                             const Context& context) {
    std::vector<std::size_t> splits;
    for (const std::size_t split : select_splits(model.splits, split_)) {
      if (model.splits[split].kind == SplitKind::kInner) splits.push_back(split);
    }
    if (splits.empty()) throw bad_input("--split " + split_ + ": names no inner split");
    const bool several = splits.size() > 1 || specs.size() > 1;
    if (several) make_folder();
    std::vector<Job> jobs;
    for (const std::size_t split : splits) {
      const std::string& id = model.splits[split].id;
      try {
        for (const Spec& spec : specs) {
          plan_training(spec, model, split);
          const std::string path =
              several ? (fs::path(output_) / file_name(spec, id)).string() : output_;
          jobs.push_back({spec, split, path});
        }
      } catch (const Error& error) {
        if (splits.size() == 1) throw;
        context.events.note(std::string("left out: ") + error.what());
      }
    }
    if (jobs.empty()) throw bad_input("--split " + split_ + ": none can be used");
    return jobs;
  }

  void make_folder() const {
    std::error_code error;
    fs::create_directories(output_, error);
    if (error) throw bad_input("cannot make the folder '" + output_ + "': " + error.message());
  }

  std::string dataset_spec(const ModelSession& session) const {
    if (!dataset_.empty()) return dataset_;
    if (session.manifest.dataset.empty()) {
      throw bad_input(
          "no --dataset, and the model's manifest names none; see: splitbench list datasets");
    }
    if (const auto training = training_part(session.manifest.dataset)) return *training;
    throw bad_input("the model's manifest names " + session.manifest.dataset +
                    ", which is to be measured on; give images to train on with --dataset");
  }

  DatasetContext data_context() {
    return {[this]() -> const ImageReader& {
      if (!image_reader_) image_reader_ = open_image_reader();
      return *image_reader_;
    }};
  }

  bool finished(const Job& job, const Context& context) const {
    if (!settings_.resume || !fs::exists(job.output) || fs::exists(job.checkpoint())) return false;
    require_same_spec(job);
    context.events.note(job.output + " is finished");
    return true;
  }

  // A name leaves out what is the default, which may have been another one in an older version.
  static void require_same_spec(const Job& job) {
    if (!fs::exists(job.curve())) return;
    const std::vector<OptionDescription>& options = find_training_method(job.spec.name).options;
    const std::string wanted = resolve_options(job.spec, options).canonical();
    const std::string trained = read_training(job.curve()).spec;
    if (trained == wanted) return;
    throw bad_input(job.output + " is finished, but is " + trained + " and not " + wanted +
                    "; move it away or choose another place with -o");
  }

  void prepare_checkpoint(const std::string& path) const {
    if (!fs::exists(path)) return;
    if (fresh_) {
      std::error_code error;
      if (!fs::remove(path, error)) throw bad_input("cannot delete '" + path + "'");
    } else if (!settings_.resume) {
      throw bad_input(path +
                      " holds a training that was not finished: go on with --resume, or "
                      "start over with --fresh");
    }
  }

  std::unique_ptr<Desk> make_desk(const Job& job, const ModelSession& session,
                                  const Context& context) const {
    auto desk = std::make_unique<Desk>(job, context);
    prepare_checkpoint(job.checkpoint());
    desk->recorder.set_seed(settings_.seed);
    desk->recorder.set_threads(model_.threads);
    desk->recorder.add_input(session.manifest.file);
    for (const auto& [library, version] : session.backend->library_versions()) {
      desk->recorder.add_library(library, version);
    }
    return desk;
  }

  BottleneckJob with_desk(const Job& job, Desk& desk, const Context& context) const {
    BottleneckJob work;
    work.spec = job.spec;
    work.split = job.split;
    work.checkpoint = job.checkpoint();
    work.epoch_done = [&job, &desk](const TrainingLog& log) {
      write_text_file(job.curve(), training_document(log, desk.recorder.finish()));
    };
    work.trained = [this, &job, &desk, &context](const TrainedBottleneck& trained) {
      const Bytes bytes = write_bottleneck(trained.bottleneck);
      write_text_file(job.curve(), training_document(trained.log, desk.recorder.finish()));
      desk.output.commit(std::string(bytes.begin(), bytes.end()));
      std::error_code ignored;
      fs::remove(job.checkpoint(), ignored);
      summarise(trained, bytes.size(), job.output, context);
    };
    return work;
  }

  void train(const std::vector<Job>& jobs, ModelSession& session, const Dataset& dataset,
             const Dataset* validation, const Context& context) const {
    std::vector<std::unique_ptr<Desk>> desks;
    std::vector<BottleneckJob> works;
    for (const Job& job : jobs) {
      if (finished(job, context)) continue;
      desks.push_back(make_desk(job, session, context));
      works.push_back(with_desk(job, *desks.back(), context));
      if (jobs.size() > 1) works.back().prefix = fs::path(job.output).stem().string() + ": ";
    }
    if (works.empty()) return;
    train_bottlenecks(session, dataset, validation, settings_, works, context.events);
  }

  void summarise(const TrainedBottleneck& trained, std::size_t bytes, const std::string& path,
                 const Context& context) const {
    const TrainingLog& log = trained.log;
    context.events.note(
        "wrote " + path + " (" + format_bytes(static_cast<double>(bytes)) + "): latent " +
        shape_text(log.latent.shape) + ", encoder of " + std::to_string(log.encoder_parameters) +
        " parameters; " + (log.labelled ? "accuracy " : "agreement ") +
        format_plain(100 * log.best_top1) + " % on " + std::to_string(log.validation_images) +
        " images, the network " + format_plain(100 * log.network_top1) + " %; " +
        format_plain(log.images_per_second) + " images/s");
  }

  ModelOptionGroup model_;
  TrainingSettings settings_;
  std::string codec_, split_, dataset_, validation_, output_;
  std::string memory_ = "1GiB";
  bool fresh_ = false;
  std::unique_ptr<ImageReader> image_reader_;
};

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<TrainCommand>(); }

}  // namespace splitbench
