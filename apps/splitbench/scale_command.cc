// `splitbench scale`: a measured profile as that of a device that is not at hand.
#include <CLI/CLI.hpp>
#include <cmath>
#include <optional>

#include "base/units.h"
#include "command.h"
#include "device_power.h"
#include "io/document.h"
#include "io/output_file.h"
#include "io/profile_document.h"
#include "pipeline/run_recorder.h"
#include "pipeline/scale_profile.h"

namespace splitbench {
namespace {

constexpr double kMostApart = 0.2;  // of the layers' sum from the whole network

class ScaleCommand : public Command {
 public:
  std::string name() const override { return "scale"; }
  std::string summary() const override {
    return "Model another device from a measured profile and figures about it";
  }

  void configure(CLI::App& app) override {
    app.add_option("PROFILE", profile_, "profile.json that was measured")->required();
    app.add_option("--to", to_,
                   "The device: a name in profiles/devices (see list devices) or a file")
        ->required();
    app.add_option("--from", from_,
                   "The device of the measurement; needed where the other has no figures for each "
                   "class of operations, to compare them by hpl_flops");
    app.add_option("-o,--output", output_, "profile.json to write; - for stdout")
        ->capture_default_str();
    app.footer(
        "Times are scaled by class of operation (dense_macs_per_s, depthwise_macs_per_s,\n"
        "copy_bytes_per_s of the device), else by hpl_flops of both; energy is the\n"
        "device's power over those times. All of it is marked as scaled and modelled, in\n"
        "the document and in the plans and reports made of it. Exit code 5 when figures\n"
        "are missing.\n\n"
        "  splitbench scale profile.json --to raspberry-pi-4 -o pi.json\n"
        "  splitbench plan --device-profile pi.json --server-profile profile.json ...");
  }

  int run(const Context& context) override {
    OutputFile output(output_);
    RunRecorder recorder(context.argv, context.events);
    const Profile measured = read_profile(profile_);
    const RunRecord measurement = read_run(profile_);
    recorder.add_input(profile_);
    recorder.set_threads(measurement.threads);
    if (!measurement.validity.valid) {
      recorder.warning("the measurements in '" + profile_ + "' may not be valid");
    }
    if (std::abs(measured.layer_sum_ratio - 1) > kMostApart) {
      recorder.warning("the layers in '" + profile_ + "' add up to " +
                       format_plain(measured.layer_sum_ratio) +
                       " of the whole network, by which times are scaled: measure again on a "
                       "machine that does nothing else");
    }
    const DeviceProfile to = find_device(to_, context.profile_folders);
    std::optional<DeviceProfile> from;
    if (!from_.empty()) from = find_device(from_, context.profile_folders);
    const Profile profile = scaled_profile(measured, to, from ? &*from : nullptr);
    recorder.warning("times and energy are scaled to " + to.name + ": modelled, not measured");
    output.commit(profile_document(profile, recorder.finish()));
    context.events.note(profile.model_name + ": " +
                        format_duration(profile.end_to_end.latency.median) + " end to end on " +
                        to.name + ", modelled; " +
                        format_duration(measured.end_to_end.latency.median) + " as measured" +
                        (output_ == "-" ? "" : "; read it with: splitbench report " + output_));
    return 0;
  }

 private:
  std::string profile_, to_, from_;
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_scale_command() { return std::make_unique<ScaleCommand>(); }

}  // namespace splitbench
