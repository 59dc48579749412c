// `splitbench compress`: what every codec makes of every cut, over a dataset.
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/units.h"
#include "cluster/open_messenger.h"
#include "codec/library_versions.h"
#include "command.h"
#include "dataset_options.h"
#include "failed_cells.h"
#include "link/link.h"
#include "model_options.h"
#include "pipeline/open_bottlenecks.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_team.h"
#include "pipeline/team_leader.h"
#include "pipeline/team_member.h"
#include "report/live_front.h"
#include "stop_signals.h"
#include "terminal.h"

namespace splitbench {
namespace {

class CompressCommand : public Command {
 public:
  std::string name() const override { return "compress"; }
  std::string summary() const override {
    return "Measure bytes, time and accuracy of codecs at every candidate split";
  }

  void configure(CLI::App& app) override {
    model_.configure(app);
    images_.configure(app);
    app.add_option("--calibration-images", settings_.calibration_images,
                   "How many of them at most, drawn by the seed")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    app.add_option("--codec", codecs_,
                   "Codec with settings, lists and ranges allowed: quant:bits=2,4,8 or "
                   "jpeg:quality=50..90+20; repeat for more (see: splitbench list codecs); by "
                   "default a selection of all that need no training. Trained ones name their "
                   "file, or a folder: bottlefit:file=trained");
    app.add_option("--split", settings_.split,
                   "all, blocks, natural, all-widths, or ids separated by commas")
        ->capture_default_str();
    app.add_option("--limit", settings_.limit, "Images to use, drawn by the seed; 0 for all")
        ->capture_default_str();
    app.add_option("--seed", settings_.seed, "Of the draw of images")->capture_default_str();
    app.add_option("--batch", settings_.batch,
                   "Images in one run of a tail; changes the speed and no result")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    app.add_option("--memory", memory_,
                   "What the process keeps to, as far as the network allows: tensors that do not "
                   "fit wait in a temporary file")
        ->capture_default_str();
    CLI::Option* resume = app.add_flag("--resume", resume_, "Go on with the sweep in the folder");
    app.add_flag("--fresh", fresh_, "Delete the folder's cells and start over")->excludes(resume);
    app.add_flag("--retry-failed", settings_.retry_failed,
                 "With --resume: measure failed cells again")
        ->needs(resume);
    app.add_option(
           "--points", settings_.points,
           "Search instead of a grid: measure so many settings of each codec at each split, chosen "
           "one after the other so that they cover its front evenly; of codecs whose --codec "
           "leaves the rate option open, and by default of all that have one")
        ->check(CLI::Range(2, 1000));
    app.add_option("--shard", shard_,
                   "Measure one part of the cells only, e.g. 2/8; the parts divide them evenly "
                   "and are joined by: splitbench merge");
    app.add_flag("--mpi", mpi_,
                 "Share the work with the other ranks that mpirun has started (see: "
                 "scripts/sweep_mpi); the folder must be visible to all of them");
    CLI::Option* race = app.add_flag(
        "--race", race_,
        "Race the cells: stop one as soon as another costs no more bytes and is no less accurate, "
        "beyond chance; those on the fronts see all images");
    app.add_option(
           "--race-margin", race_margin_,
           "With --race: accuracy by which fronts may be lower in exchange for fewer images, "
           "e.g. 0.01; by default 0.75 / sqrt(images), what these images hardly resolve")
        ->check(CLI::Range(0.0, 0.5))
        ->needs(race);
    app.add_option(
           "--race-scope", race_scope_,
           "With --race: compare cells of one split only (split), which keeps every split's "
           "front, or all of them (all), which keeps the common front with less work; by "
           "default split")
        ->check(CLI::IsMember({"split", "all"}))
        ->needs(race);
    app.add_option("--race-seed", race_seed_,
                   "With --race: of the order in which images are taken; by default --seed")
        ->needs(race);
    app.add_option("-o,--output", settings_.folder, "Folder for cells.jsonl and front.json")
        ->required();
    app.add_flag("--live", live_,
                 "Draw the front of what has been measured while the sweep runs, above the "
                 "progress; away from a terminal as without it");
    app.add_flag("--dry-run", dry_run_, "Say what would be measured and how long it should take");
    app.footer(
        "Each cell is one codec at one split over all images. Bytes are everything on the\n"
        "wire; accuracy loss is paired with the uncompressed model on the same images.\n"
        "A sweep killed at any moment goes on with --resume; SIGINT (Ctrl-C) and SIGTERM\n"
        "let it finish the cell in flight first.\n\n"
        "A trained codec (bottlefit:file=...) is measured at the split that its decoder\n"
        "yields; its encode and decode times include its networks.\n\n"
        "Codecs that calibrate, and those given a target in place of a setting, look at\n"
        "calibration images first: never at one that is evaluated.\n\n"
        "A search (--points 8) measures the finest and the coarsest setting of a codec,\n"
        "then always that in the middle of the widest gap in payload and loss (both in\n"
        "ratios), as long as there is one between no loss (0.5 %) and chance. Settings\n"
        "that --codec names stay as they are. --resume goes on, also for more points.\n\n"
        "A race (--race) takes images in batches, first those that the network gets\n"
        "wrong: only there could a cell be better than another. With 95 % probability,\n"
        "for the whole race: each cell it stops has another that costs no more bytes and\n"
        "is less accurate by no more than the margin, and that one is measured on all\n"
        "images.\n\n"
        "  splitbench compress fashion-resnet --limit 1000 -o sweep\n"
        "  splitbench compress mobilenet.json --dataset image-list:csv=val.csv \\\n"
        "      --calibration image-list:csv=other.csv --codec klt:target-loss=0.01 \\\n"
        "      -o sweep\n"
        "  splitbench compress mobilenet.json --dataset image-list:csv=val.csv \\\n"
        "      --codec raw --codec quant:bits=2..8+2 --split blocks -o sweep\n"
        "  splitbench compress fashion-resnet --points 8 --codec disc -o sweep\n"
        "  splitbench compress fashion-resnet --race --race-margin 0.01 -o sweep\n"
        "  mpirun --enable-recovery -n 8 splitbench compress fashion-resnet --mpi \\\n"
        "      --threads 1 -o sweep\n"
        "  splitbench report sweep/front.json");
  }

  int run(const Context& context) override {
    complete_settings();
    if (mpi_) messenger_ = open_messenger();
    if (messenger_ && messenger_->rank() != 0) return serve(context);
    RunRecorder recorder(context.argv, context.events);
    recorder.set_seed(settings_.seed);
    for (const auto& [name, version] : codec_library_versions())
      recorder.add_library(name, version);
    std::optional<TeamLeader> team;
    if (messenger_) settings_.team = &team.emplace(*messenger_, recorder);
    ModelSession session = model_.open(context, &recorder);
    settings_.codecs = open_bottlenecks(session, model_.device, settings_.codecs, &recorder);
    const std::unique_ptr<Dataset> dataset = images_.open(session);
    const std::unique_ptr<Dataset> calibration =
        images_.open_calibration(*dataset, session, settings_.limit);
    settings_.calibration = calibration ? calibration.get() : dataset.get();
    if (dry_run_) return describe(session, *dataset, context);
    const StopSignals signals;
    settings_.stop_requested = [&] {
      // The signal has written below what is shown.
      if (signals.requested()) context.events.show("");
      return signals.requested();
    };
    if (live_) {
      settings_.cells_changed = [&](const std::vector<Cell>& cells) {
        if (!cells.empty() && !signals.requested()) context.events.show(live_front(cells));
      };
    }
    const SweepResult result = run_sweep(session, *dataset, settings_, recorder);
    context.events.show("");
    return summarise(result, context);
  }

 private:
  void complete_settings() {
    settings_.memory_bytes = static_cast<std::size_t>(parse_size_bytes(memory_));
    if (!shard_.empty()) settings_.shard = parse_shard(shard_);
    const OpenRate open = settings_.points != 0 ? OpenRate::kSearched : OpenRate::kDefault;
    settings_.codecs = make_codecs(codecs_.empty() ? default_codec_specs(open) : codecs_, open);
    if (race_) {
      settings_.race = RaceChoice{race_scope_ == "all" ? RaceScope::kAll : RaceScope::kSplit,
                                  race_margin_, race_seed_};
    }
    settings_.existing = resume_  ? ExistingSweep::kResume
                         : fresh_ ? ExistingSweep::kFresh
                                  : ExistingSweep::kRefuse;
    settings_.threads = model_.threads;
    settings_.output = model_.model_output;
  }

  // Does what rank 0 says. What every rank would say is said by rank 0 alone.
  int serve(const Context& context) {
    NullSink silence;
    const Context quiet{context.argv, context.profile_folders, silence, context.app};
    RunRecorder recorder(context.argv, silence);
    const StopSignals signals;
    settings_.stop_requested = [&signals] { return signals.requested(); };
    std::optional<ModelSession> session;
    std::unique_ptr<Dataset> dataset, calibration;
    std::optional<SweepMember> member;
    const auto prepare = [&](const std::string& preparation) {
      session = model_.open(quiet, &recorder);
      settings_.codecs = open_bottlenecks(*session, model_.device, settings_.codecs, &recorder);
      dataset = images_.open(*session);
      calibration = images_.open_calibration(*dataset, *session, settings_.limit);
      settings_.calibration = calibration ? calibration.get() : dataset.get();
      member.emplace(*session, *dataset, settings_, recorder, preparation);
    };
    const auto work = [&](const std::string& task) { return member->work(task); };
    try {
      serve_team(*messenger_, {prepare, work, settings_.stop_requested});
    } catch (const Error& error) {
      throw Error(error.code(), "rank " + std::to_string(messenger_->rank()) + ": " + error.what());
    }
    return 0;
  }

  int describe(ModelSession& session, const Dataset& dataset, const Context& context) const {
    const SweepPlan plan = plan_sweep(session, dataset, settings_);
    context.events.note(
        std::string("would measure ") + (settings_.points != 0 ? "at most " : "") +
        std::to_string(plan.cells - plan.finished) + " of " + std::to_string(plan.cells) +
        " cells (" + std::to_string(plan.splits) + " splits) over " + std::to_string(plan.images) +
        " images of " + dataset.spec() +
        (race_ || settings_.points != 0 ? ", in at most about " : ", in about ") +
        clock_text(plan.seconds) + " beside the calibration of codecs that need one");
    return 0;
  }

  int summarise(const SweepResult& result, const Context& context) const {
    context.events.note(std::to_string(result.cells.size()) + " cells in " + settings_.folder +
                        " (" + std::to_string(result.measured) +
                        " measured now); read them with: "
                        "splitbench report " +
                        settings_.folder + "/front.json");
    require_no_failed_cells(result.failed, result.cells.size(), settings_.folder,
                            ", try again with --resume --retry-failed");
    if (!result.skipped.empty()) {
      throw Error(ErrorCode::kPartial,
                  std::to_string(result.skipped.size()) +
                      " images could not be read and were left out of every cell");
    }
    return 0;
  }

  ModelOptionGroup model_;
  SweepSettings settings_;
  DatasetOptionGroup images_;
  std::string shard_;
  std::vector<std::string> codecs_;
  std::string memory_ = "1GiB";
  std::optional<double> race_margin_;
  std::optional<std::uint64_t> race_seed_;
  std::string race_scope_;  // empty: the default
  bool resume_ = false, fresh_ = false, dry_run_ = false, race_ = false, live_ = false;
  bool mpi_ = false;
  std::unique_ptr<Messenger> messenger_;  // with --mpi
};

}  // namespace

std::unique_ptr<Command> make_compress_command() { return std::make_unique<CompressCommand>(); }

}  // namespace splitbench
