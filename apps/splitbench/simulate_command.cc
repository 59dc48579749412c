// `splitbench simulate`: plans replayed over a trace, from documents alone.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "io/output_file.h"
#include "io/plan_document.h"
#include "io/simulation_document.h"
#include "io/text_file.h"
#include "link/load_trace.h"
#include "pipeline/run_recorder.h"
#include "plan/simulate.h"
#include "trace_option.h"

namespace splitbench {
namespace {

class SimulateCommand : public Command {
 public:
  std::string name() const override { return "simulate"; }
  std::string summary() const override {
    return "Replay plans over a trace of the link, against the best there could be";
  }

  void configure(CLI::App& app) override {
    app.add_option("--plan", request_.plan_files,
                   "plan.json; several compare, those with a policy also as it changes")
        ->required();
    app.add_option("--trace", trace_, std::string(kTraceHelp) + "; it repeats")->required();
    app.add_option("--load-trace", request_.load_file,
                   "The server's load: a line 'seconds load' for each change; else the plan's");
    app.add_option("--requests", request_.requests, "Spread evenly over the trace")
        ->capture_default_str();
    app.add_option("--deadline-s", request_.deadline_s, "Count the requests that take longer");
    app.add_option("--margin", request_.margin,
                   "By how much better another choice must be before the steady strategy changes")
        ->capture_default_str();
    app.add_option("-o,--output", output_, "simulation.json to write; - for stdout")
        ->capture_default_str();
    app.add_flag("--dry-run", dry_run_, "Check the inputs and say what would be simulated");
    app.footer(
        "Needs no LibTorch.\n\n"
        "  splitbench simulate --plan plan.json --trace tram.txt -o simulation.json\n"
        "  splitbench report simulation.json");
  }

  int run(const Context& context) override {
    OutputFile output(dry_run_ ? "-" : output_);
    RunRecorder recorder(context.argv, context.events);
    for (const std::string& path : request_.plan_files) {
      request_.plans.push_back(read_plan(path));
      recorder.add_input(path);
    }
    read_traces(recorder);
    if (dry_run_) {
      context.events.note("would replay " + std::to_string(request_.plans.size()) + " plans over " +
                          std::to_string(request_.requests) + " requests in " +
                          format_duration(request_.rate_bps->duration_s()));
      return 0;
    }
    const Simulation simulation = simulate(request_);
    for (const std::string& warning : simulation.warnings) recorder.warning(warning);
    output.commit(simulation_document(simulation, recorder.finish()));
    if (output_ != "-") {
      context.events.note("replayed " + std::to_string(simulation.requests) +
                          " requests; read it with: splitbench report " + output_);
    }
    return 0;
  }

 private:
  void read_traces(RunRecorder& recorder) {
    const TraceName name = parse_trace_name(trace_);
    if (!name.fields.empty()) {
      throw bad_input("trace '" + trace_ + "': unknown '" + name.fields.substr(1) +
                      "'; only format=SPEC may follow the file");
    }
    RateTrace trace = read_rate_trace(name, recorder);
    request_.rate_file = name.file;
    request_.rate_format = trace.format;
    request_.rate_bps = std::make_shared<StepTrace>(std::move(trace.rate_bps));
    const std::string& load = request_.load_file;
    if (load.empty()) return;
    request_.load = std::make_shared<StepTrace>(parse_load_trace(read_text_file(load), load));
    recorder.add_input(load);
  }

  SimulationRequest request_;
  std::string trace_;
  std::string output_ = "-";
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_simulate_command() { return std::make_unique<SimulateCommand>(); }

}  // namespace splitbench
