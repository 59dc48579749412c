// `splitbench profile`: what every layer, head and tail costs on this machine.
#include <CLI/CLI.hpp>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "io/output_file.h"
#include "io/profile_document.h"
#include "model_options.h"
#include "pipeline/open_bottlenecks.h"
#include "pipeline/profile_model.h"

namespace splitbench {
namespace {

class ProfileCommand : public Command {
 public:
  std::string name() const override { return "profile"; }
  std::string summary() const override {
    return "Measure layers, heads, tails and tensor sizes of a model on this machine";
  }

  void configure(CLI::App& app) override {
    model_.configure(app);
    app.add_option("--split", settings_.split,
                   "all, blocks, natural, all-widths, or ids separated by commas")
        ->capture_default_str();
    app.add_option("--batch", settings_.batch, "Inputs in one run")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    app.add_option("--repetitions", settings_.measure.min_repetitions,
                   "Times each segment is measured, at least")
        ->check(CLI::Range(3, 1000000))
        ->capture_default_str();
    app.add_option("--min-time", settings_.measure.min_time_s,
                   "Seconds the whole network is measured for, at least (up to 1000 repetitions)")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    app.add_option("--seed", settings_.measure.seed, "Of the order of measurement")
        ->capture_default_str();
    app.add_option("--codec", codecs_,
                   "Also measure the networks of a trained codec, e.g. bottlefit:file=trained "
                   "(see: splitbench list codecs); repeat for more");
    app.add_option("--energy", meter_, "Energy meter: none (no meter is built in yet)")
        ->check(CLI::IsMember({"none"}))
        ->capture_default_str();
    app.add_flag("--require-energy", require_energy_, "Exit 5 when energy cannot be measured");
    app.add_option("--trace", trace_, "Also write a timeline for ui.perfetto.dev");
    app.add_option("-o,--output", output_, "profile.json to write; - for stdout")
        ->capture_default_str();
    app.add_flag("--dry-run", dry_run_, "Say what would be measured and how long it should take");
    app.footer(
        "Heads and tails are timed as whole, un-instrumented segments in random\n"
        "interleaved order; layer times only attribute. Run it on the device for heads\n"
        "and on the server for tails, then give both to `splitbench plan`.\n\n"
        "  splitbench profile fashion-resnet -o device.json\n"
        "  splitbench profile resnet50.pt --input-shape 1,3,224,224 --split blocks \\\n"
        "      --threads 4 --trace trace.json -o profile.json\n"
        "  splitbench report profile.json");
  }

  int run(const Context& context) override {
    if (require_energy_) {
      throw Error(ErrorCode::kMissingMeasurement,
                  "--require-energy: no energy meter is available on this machine");
    }
    settings_.measure.max_repetitions =
        std::max(settings_.measure.max_repetitions, settings_.measure.min_repetitions);
    RunRecorder recorder(context.argv, context.events);
    recorder.set_seed(settings_.measure.seed);
    if (dry_run_) {
      describe(model_.open(context, nullptr), context);
      return 0;
    }
    const std::vector<ConfiguredCodec> codecs = make_codecs(codecs_);
    OutputFile output(output_);
    std::optional<OutputFile> trace;
    if (!trace_.empty()) trace.emplace(trace_);
    ModelSession session = model_.open(context, &recorder);
    settings_.codecs = open_bottlenecks(session, model_.device, codecs, &recorder);
    ProfileResult result = profile_model(session, settings_, recorder);
    result.profile.device = model_.device;
    const RunRecord record = recorder.finish(result.fewest_samples, result.warm_up_stable,
                                             result.profile.end_to_end.latency);
    result.profile.host = record.environment.host;
    output.commit(profile_document(result.profile, record));
    if (trace) trace->commit(trace_document(profile_trace(result.profile)));
    summarise(result.profile, record, context);
    return 0;
  }

 private:
  void describe(const ModelSession& session, const Context& context) const {
    const std::vector<SplitPoint>& splits = session.model->info().splits;
    const std::size_t count = select_splits(splits, settings_.split).size();
    const auto whole = session.model->whole();
    const Tensor input = random_input(session.model->info().input);
    whole->time_s({input}, 1);
    const double once = whole->time_s({input}, 3) / 3 * settings_.batch;
    // Head and tail of a split take about one whole pass together.
    const double rounds = std::max(static_cast<double>(settings_.measure.min_repetitions),
                                   settings_.measure.min_time_s / once);
    const double seconds = once * static_cast<double>(count + 2) * (rounds + 10);
    context.events.note("would measure " + std::to_string(count) + " splits and " +
                        std::to_string(session.model->info().layers.size()) + " layers of " +
                        session.manifest.name + ", in about " + format_duration(seconds));
  }

  static Tensor random_input(const TensorSpec& spec) {
    Tensor input = Tensor::allocate(spec);
    std::fill_n(input.mutable_as<float>(), input.elements(), 0.5F);
    return input;
  }

  void summarise(const Profile& profile, const RunRecord& record, const Context& context) const {
    context.events.note(
        profile.model_name + ": " + format_duration(profile.end_to_end.latency.median) +
        " end to end, " + std::to_string(profile.splits.size()) + " splits, layers add up to " +
        format_plain(profile.layer_sum_ratio) + " of it; " +
        (record.validity.valid ? "valid" : "NOT VALID: " + record.validity.reasons.front()));
    if (output_ != "-")
      context.events.note("wrote " + output_ + "; read it with: splitbench report " + output_);
  }

  ModelOptionGroup model_;
  ProfileSettings settings_;
  std::string meter_ = "none";
  bool require_energy_ = false;
  bool dry_run_ = false;
  std::string trace_;
  std::vector<std::string> codecs_;
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_profile_command() { return std::make_unique<ProfileCommand>(); }

}  // namespace splitbench
