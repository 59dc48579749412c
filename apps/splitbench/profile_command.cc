// `splitbench profile`: what every layer, head and tail costs on this machine.
#include <CLI/CLI.hpp>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "device/registry.h"
#include "device_power.h"
#include "io/device_file.h"
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
    configure_energy(app);
    configure_thermals(app);
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
        "  splitbench profile fashion-resnet --energy ina3221 --require-energy -o p.json\n"
        "  splitbench report profile.json");
  }

  int run(const Context& context) override {
    settings_.measure.max_repetitions =
        std::max(settings_.measure.max_repetitions, settings_.measure.min_repetitions);
    settings_.load.seed = settings_.measure.seed;
    settings_.load.max_window_s = std::max(settings_.load.max_window_s, settings_.load.window_s);
    RunRecorder recorder(context.argv, context.events);
    recorder.set_seed(settings_.measure.seed);
    std::optional<Meter> meter = find_meter(context, recorder);
    if (meter) settings_.meter = &*meter;
    if (dry_run_) {
      describe(model_.open(context, nullptr), settings_.meter, context);
      return 0;
    }
    const std::vector<ConfiguredCodec> codecs = make_codecs(codecs_);
    OutputFile output(output_);
    std::optional<OutputFile> trace;
    if (!trace_.empty()) trace.emplace(trace_);
    std::optional<OutputFile> device_file;
    if (!device_file_.empty()) device_file.emplace(device_file_);
    ModelSession session = model_.open(context, &recorder);
    settings_.codecs = open_bottlenecks(session, model_.device, codecs, &recorder);
    cool_down(context);
    ProfileResult result = profile_model(session, settings_, recorder);
    result.profile.device = model_.device;
    const bool missing = meter_ != "none" && !result.missing_energy.empty();
    if (missing && meter) recorder.warning("energy is missing: " + result.missing_energy);
    const RunRecord record = recorder.finish(result.fewest_samples, result.warm_up_stable,
                                             result.profile.end_to_end.latency);
    result.profile.host = record.environment.host;
    output.commit(profile_document(result.profile, record));
    if (trace) trace->commit(trace_document(profile_trace(result.profile)));
    if (device_file) device_file->commit(device_file_text(device_of(result.profile, record)));
    summarise(result.profile, record, context);
    if (missing && require_energy_) {
      throw Error(ErrorCode::kMissingMeasurement, "--require-energy: " + result.missing_energy);
    }
    return 0;
  }

 private:
  void configure_energy(CLI::App& app) {
    app.add_option("--energy", meter_,
                   "Energy meter: none, or a spec such as ina3221 (see: splitbench list meters)")
        ->capture_default_str();
    app.add_flag("--require-energy", require_energy_,
                 "Exit 5 when the energy of any head, tail or the whole is missing");
    app.add_option("--energy-window", settings_.load.window_s,
                   "Seconds each segment runs while metered, at least; more for slow sensors")
        ->check(CLI::Range(0.05, 3600.0))
        ->capture_default_str();
    app.add_option("--energy-idle", settings_.load.idle_s,
                   "Seconds of idling before and after each, at least")
        ->check(CLI::Range(0.05, 3600.0))
        ->capture_default_str();
    app.add_option("--sysfs-root", meters_.root,
                   "Read the meter below this folder instead of /, from a recorded tree")
        ->check(CLI::ExistingDirectory)
        ->capture_default_str();
  }

  void configure_thermals(CLI::App& app) {
    app.add_option("--cooldown", cooldown_s_, "Seconds to rest before measuring")
        ->check(CLI::Range(0.0, 86400.0))
        ->capture_default_str();
    app.add_option("--max-temp", max_temperature_c_,
                   "Wait until the hottest sensor is at most so many degrees C, for 10 minutes")
        ->check(CLI::Range(0.0, 150.0));
    app.add_option("--sustained", settings_.sustained.max_s,
                   "Then run the whole network until the temperature holds still, for so many "
                   "seconds at most; tells the first minute and the last")
        ->check(CLI::Range(0.0, 86400.0))
        ->capture_default_str();
    app.add_option("--device-file", device_file_,
                   "Also write what was measured of this device, for profiles/devices");
  }

  // Rests, and sets what looks at the machine from now on.
  void cool_down(const Context& context) {
    constexpr double kPatienceS = 600;
    const bool firmware = !read_thermals(meters_.root).throttled_bits && ask_vcgencmd();
    settings_.thermals = [root = meters_.root, firmware] {
      ThermalSample sample = read_thermals(root);
      if (firmware) sample.throttled_bits = ask_vcgencmd();
      return sample;
    };
    SteadyClock clock;
    clock.sleep_s(cooldown_s_);
    if (!max_temperature_c_) return;
    const double waited_s =
        wait_until_cool(*max_temperature_c_, kPatienceS, settings_.thermals, clock);
    if (waited_s > 0) context.events.note("waited " + format_duration(waited_s) + " to cool down");
  }

  // Figures of this machine with this run as their source.
  static DeviceProfile device_of(const Profile& profile, const RunRecord& record) {
    const Environment& machine = record.environment;
    const std::string source = "measured by splitbench on " + machine.host + ", " + record.utc;
    DeviceProfile device;
    device.name = machine.host;
    device.board = machine.board.value_or(machine.cpu);
    if (machine.cpus > 0) device.cpus = SourcedFigure{static_cast<double>(machine.cpus), source};
    if (machine.memory_bytes > 0) {
      device.memory_bytes = SourcedFigure{static_cast<double>(machine.memory_bytes), source};
    }
    const EnergyReading& whole = profile.end_to_end.energy;
    const bool metered = profile.power && !profile.power->modelled;
    if (!metered || !profile.power->idle_w || !whole.mean_w) return device;
    const std::string with = source + ", " + profile.power->meter + " at " + profile.power->rail;
    device.idle_w = SourcedFigure{*profile.power->idle_w, with + ", between segments"};
    if (*whole.mean_w < *profile.power->idle_w) return device;  // no load that its meter resolves
    device.busy_w = SourcedFigure{*whole.mean_w, with + ", " + profile.model_name + " with " +
                                                     std::to_string(record.threads) + " threads"};
    return device;
  }

  // Unset without --energy, or with a reason in the settings when there is no such meter here.
  std::optional<Meter> find_meter(const Context& context, RunRecorder& recorder) {
    if (meter_ == "none") {
      if (!require_energy_) return std::nullopt;
      throw Error(ErrorCode::kMissingMeasurement,
                  "--require-energy: no meter was asked for; see: splitbench list meters");
    }
    meters_.device_power = device_power_reader(context.profile_folders);
    try {
      return open_meter(meter_, meters_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kMissingMeasurement || require_energy_) throw;
      settings_.no_meter = error.what();
      recorder.warning("energy is missing: " + settings_.no_meter);
      return std::nullopt;
    }
  }

  double metering_s(std::size_t segments, const Meter* meter) const {
    if (meter == nullptr || meter->model) return 0;
    const LoadSettings& load = settings_.load;
    const double period_s = meter->info.update_period_s;
    return static_cast<double>(segments) *
           (window_length_s(load, period_s) + idle_length_s(load, period_s) + 3 * load.settle_s);
  }

  void describe(const ModelSession& session, const Meter* meter, const Context& context) const {
    const std::vector<SplitPoint>& splits = session.model->info().splits;
    const std::size_t count = select_splits(splits, settings_.split).size();
    const auto whole = session.model->whole();
    const Tensor input = random_input(session.model->info().input);
    whole->time_s({input}, 1);
    const double once = whole->time_s({input}, 3) / 3 * settings_.batch;
    // Head and tail of a split take about one whole pass together.
    const double rounds = std::max(static_cast<double>(settings_.measure.min_repetitions),
                                   settings_.measure.min_time_s / once);
    const double seconds =
        once * static_cast<double>(count + 2) * (rounds + 10) + metering_s(2 * count - 1, meter);
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
  MeterContext meters_;
  std::string meter_ = "none";
  bool require_energy_ = false;
  bool dry_run_ = false;
  double cooldown_s_ = 0;
  std::optional<double> max_temperature_c_;
  std::string device_file_;
  std::string trace_;
  std::vector<std::string> codecs_;
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_profile_command() { return std::make_unique<ProfileCommand>(); }

}  // namespace splitbench
