// `splitbench plan`: the best split and codec for a link, from documents alone.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "io/cells_file.h"
#include "io/document.h"
#include "io/output_file.h"
#include "io/plan_document.h"
#include "io/profile_document.h"
#include "link_option.h"
#include "pipeline/run_recorder.h"
#include "plan/aglop.h"
#include "plan/bottlenecks.h"
#include "plan/objective.h"
#include "plan/planner.h"
#include "plan/policy_table.h"
#include "plan/robust.h"
#include "plan_live.h"
#include "plan_users.h"

namespace splitbench {
namespace {

void warn_unless_valid(const RunRecord& run, const std::string& path, RunRecorder& recorder) {
  if (run.validity.valid) return;
  const std::vector<std::string>& reasons = run.validity.reasons;
  recorder.warning("the measurements in '" + path + "' may not be valid" +
                   (reasons.empty() ? "" : ": " + reasons.front()));
}

void warn_of_scaled(const std::vector<Profile>& profiles, const std::string& whose,
                    RunRecorder& recorder) {
  for (const Profile& profile : profiles) {
    if (!profile.scaling) continue;
    recorder.warning("the times of the " + whose + " are scaled from measurements of another to " +
                     profile.scaling->device +
                     ": modelled; encode and decode times are those of the sweep's machine");
  }
}

// Codec times are those of the machine that ran the sweep.
void warn_of_foreign_sweep(const std::string& cells, const std::string& device_host,
                           RunRecorder& recorder) {
  const std::filesystem::path manifest =
      std::filesystem::path(cells_path(cells)).parent_path() / "sweep.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(manifest, ignored)) return;
  const std::string host = read_run(manifest.string()).environment.host;
  if (host == device_host) return;
  recorder.warning("the cells were measured on '" + host + "', the device profile on '" +
                   device_host + "': encode and decode times are those of the sweep's machine");
}

class PlanCommand : public Command {
 public:
  std::string name() const override { return "plan"; }
  std::string summary() const override {
    return "Choose split, codec and settings for a link, and say when to change";
  }

  void configure(CLI::App& app) override {
    configure_inputs(app);
    configure_question(app);
    app.add_option("--users", users_,
                   "Plan for several users of one server together: a file that lists each with "
                   "profiles, cells, link, bounds, weight and arrival rate (see README.md)");
    app.add_flag("--aglop", aglop_,
                 "Look at a fifth of the cells only, the next where it promises most, as if each "
                 "had to be measured first; the plan says what all of them would have given");
    app.add_option("--aglop-budget", aglop_settings_.budget,
                   "With --aglop: look at so many cells at most; by default a fifth, with --model "
                   "two for each codec at each split")
        ->check(CLI::Range(1, 100000000));
    live_.configure(app);
    app.add_flag("--policy", request_.policy,
                 "Add the exact table of link rates at which the best choice changes, and the one "
                 "over rate, server load and batch that a device carries");
    app.add_option("--policy-table", policy_table_,
                   "With --policy: write that table as a file of its own, a few kB");
    // What a file of users says of each, or what no plan for several has.
    for (const CLI::Option* option : app.get_options()) {
      const std::string name = option->get_name();
      if (name != "--users" && name != "--server-load" && name.rfind("--help", 0) != 0) {
        of_one_.push_back(option);
      }
    }
    app.add_option("-o,--output", output_, "plan.json to write; - for stdout")
        ->capture_default_str();
    app.add_flag("--dry-run", dry_run_, "Check the inputs and say what would be planned");
    app.footer(
        "Needs no LibTorch, but for --model. Exit code 4 when nothing satisfies the\n"
        "constraints; the plan then names the nearest miss and which constraints\n"
        "contradict each other.\n\n"
        "  splitbench plan --device-profile device.json --server-profile server.json \\\n"
        "      --cells sweep --link rate=8Mbit,rtt=20ms --max-accuracy-loss 0.01 \\\n"
        "      --policy -o plan.json\n"
        "  splitbench plan ... --cells found --aglop --model fashion-resnet \\\n"
        "      --limit 1000 --max-accuracy-loss 0.01    (measures; repeat to go on)\n"
        "  splitbench plan --users users.json -o plan.json\n"
        "  splitbench plan ... --link trace:tram.txt,rtt=50ms --robust quantile=0.95\n"
        "  splitbench report plan.json");
  }

  int run(const Context& context) override {
    if (!users_.empty()) {
      refuse_options_of_one();
      return plan_for_users({users_, request_.server_load, output_, dry_run_}, context);
    }
    require_inputs();
    OutputFile output(dry_run_ ? "-" : output_);
    std::optional<OutputFile> table;
    if (!policy_table_.empty() && !dry_run_) table.emplace(policy_table_);
    RunRecorder recorder(context.argv, context.events);
    read_inputs(recorder);
    resolve_question(context, recorder);
    if (dry_run_) {
      const std::string cells = live_.wanted() ? "cells to be measured into '" + cells_ + "'"
                                               : std::to_string(request_.cells.size()) + " cells";
      context.events.note("would plan " + request_.device.model_name + " over " + cells + " at " +
                          format_rate(request_.link.rate_bps));
      return 0;
    }
    const Plan plan = make_plans(context, recorder);
    for (const std::string& warning : plan.warnings) recorder.warning(warning);
    output.commit(plan_document(plan, recorder.finish()));
    if (table) {
      const Bytes bytes = policy_bytes(*plan.table);
      table->commit(std::string(bytes.begin(), bytes.end()));
    }
    if (!plan.chosen) {
      throw Error(ErrorCode::kInfeasible, "no feasible plan; nearest miss: " + plan.nearest_miss);
    }
    context.events.note(plan.model_name + ": " + plan.chosen->split + " with " +
                        plan.chosen->codec + ", " +
                        format_duration(plan.chosen->estimate->latency_s) + " estimated" +
                        (output_ == "-" ? "" : "; read it with: splitbench report " + output_));
    return 0;
  }

 private:
  void configure_inputs(CLI::App& app) {
    app.add_option("--device-profile", device_,
                   "profile.json measured on the device; again for profiles of other batches")
        ->allow_extra_args(false);
    app.add_option("--server-profile", server_,
                   "profile.json measured on the server; again for profiles of other batches")
        ->allow_extra_args(false);
    app.add_option("--cells", cells_, "Folder of a sweep, or its cells.jsonl");
    app.add_option("--link", link_,
                   "A name in profiles/links (wifi, lte, ...), a link file, "
                   "rate=8Mbit,rtt=20ms[,downlink=20Mbit][,overhead=66B], or "
                   "trace:FILE[,format=SPEC] with the last three or with ,link=lte for the rest; a "
                   "line 'seconds Mbit/s' for each change, or what 'splitbench list traces' has");
    app.add_option("--robust", robust_,
                   "Over a trace, the latency that counts: mean, quantile=0.95, or cantelli=0.95 "
                   "(kept by that share of any distribution of the same mean and deviation)")
        ->capture_default_str();
    app.add_option("--server-load", request_.server_load,
                   "Share of the server's time taken by others, 0 to below 1; with --queue "
                   "multiplier their number")
        ->capture_default_str();
    app.add_option("--queue", queue_,
                   "How load becomes waiting: mm1, md1, mg1:cv=0.5 or multiplier")
        ->capture_default_str();
    app.add_option("--batch", batches_,
                   "Inputs in one message; several, e.g. 1,4,16, plan the first and put all into "
                   "the policy")
        ->delimiter(',')
        ->check(CLI::Range(1, 65536));
    app.add_option("--device-scale", request_.device_scale,
                   "Model a device this many times slower than measured")
        ->capture_default_str();
    app.add_option("--server-scale", request_.server_scale,
                   "Model a server this many times slower than measured")
        ->capture_default_str();
    app.add_option(
        "--power", power_,
        "What the device draws where neither its profile nor the link's radio says so: "
        "any of compute_w, idle_w (without radio), radio_w, radio_w_per_mbit, receive_w, "
        "receive_w_per_mbit, tail_j, e.g. compute_w=5,idle_w=2");
  }

  void configure_question(CLI::App& app) {
    app.add_option("--objective", objective_,
                   "latency, energy, bytes, weighted:latency=1,bytes=1e-6, "
                   "lexicographic:latency=0.05,bytes (of those within 5 % of the least latency the "
                   "fewest bytes), or knee:latency,bytes,loss (closest to the best of each)")
        ->capture_default_str();
    app.add_option(
           "--among", among_,
           "Splits to choose among: all, natural (bottlenecks by elements, as published) or "
           "natural-bytes (by what codecs make of them), and both ends")
        ->capture_default_str();
    app.add_option("--max-accuracy-loss", request_.constraints.max_accuracy_loss,
                   "As a fraction: 0.01 is one point");
    app.add_flag("--certain-loss", request_.constraints.certain_loss,
                 "Hold the upper end of the loss's 95 % interval against that bound");
    app.add_option("--max-latency-s", request_.constraints.max_latency_s, "End to end, seconds");
    app.add_option("--max-energy-j", request_.constraints.max_energy_j, "Of the device, joules");
    app.add_option("--max-payload-bytes", request_.constraints.max_payload_bytes,
                   "Mean bytes on the uplink");
    app.add_option("--max-device-memory-bytes", request_.constraints.max_device_memory_bytes,
                   "Weights and widest layer of the head");
  }

  // Options that --users leaves no room for.
  void refuse_options_of_one() const {
    for (const CLI::Option* option : of_one_) {
      if (option->count() == 0) continue;
      const std::string name = option->get_name();
      throw bad_input(
          name + " does not go with --users: " +
          (name == "--objective"
               ? "its users share for the least weighted sum of latencies; give each a weight"
           : name == "--max-energy-j"
               ? "plans for several users do not estimate energy"
               : "the file says of each user what it has, and the rest is for plans of one"));
    }
  }

  // They are not required where --users names others.
  void require_inputs() const {
    const std::pair<const char*, bool> inputs[] = {{"--device-profile", device_.empty()},
                                                   {"--server-profile", server_.empty()},
                                                   {"--cells", cells_.empty()},
                                                   {"--link", link_.empty()}};
    for (const auto& [name, missing] : inputs) {
      if (missing) throw bad_input(std::string(name) + " is required (or: --users FILE)");
    }
  }

  void read_inputs(RunRecorder& recorder) {
    for (const std::string& path : device_) device_profiles_.push_back(read_profile(path));
    for (const std::string& path : server_) server_profiles_.push_back(read_profile(path));
    if (!live_.wanted()) read_measured_cells(recorder);
    std::vector<std::string> profiles = device_;
    for (const std::string& path : server_) {
      if (std::find(profiles.begin(), profiles.end(), path) == profiles.end()) {
        profiles.push_back(path);
      }
    }
    for (const std::string& path : profiles) warn_unless_valid(read_run(path), path, recorder);
    warn_of_scaled(device_profiles_, "device", recorder);
    warn_of_scaled(server_profiles_, "server", recorder);
    if (!live_.wanted()) {
      warn_of_foreign_sweep(cells_, device_profiles_.front().host, recorder);
    }
    for (const std::string& path : profiles) recorder.add_input(path);
    if (!live_.wanted()) recorder.add_input(cells_path(cells_));
  }

  void read_measured_cells(RunRecorder& recorder) {
    std::vector<std::string> warnings;
    request_.cells = read_cells(cells_, &warnings);
    for (const std::string& warning : warnings) recorder.warning(warning);
  }

  void resolve_question(const Context& context, RunRecorder& recorder) {
    resolve_link(link_, context.profile_folders, request_, recorder);
    request_.objective = parse_objective(objective_);
    request_.queue = parse_queue(queue_);
    request_.scope = parse_scope(among_);
    request_.statistic = parse_statistic(robust_);
    if (!power_.empty()) request_.power = parse_power(power_);
    if (!policy_table_.empty() && !request_.policy) {
      throw bad_input("--policy-table needs --policy");
    }
    if (live_.wanted() && !aglop_) throw bad_input("--model needs --aglop");
    if (aglop_settings_.budget > 0 && !aglop_) throw bad_input("--aglop-budget needs --aglop");
    if (!request_.trace && robust_ != "mean") {
      throw bad_input("--robust " + robust_ + " needs a link that varies: --link trace:FILE");
    }
    if (request_.constraints.certain_loss && !request_.constraints.max_accuracy_loss) {
      throw bad_input("--certain-loss needs --max-accuracy-loss");
    }
    use_batch(batches_.empty() ? 1 : batches_.front());
  }

  // A profile of that batch, else one of single inputs, else the first, which the planner refuses.
  void use_batch(int batch) {
    const auto choose = [batch](const std::vector<Profile>& profiles) -> const Profile& {
      for (const int wanted : {batch, 1}) {
        for (const Profile& profile : profiles) {
          if (profile.batch == wanted) return profile;
        }
      }
      return profiles.front();
    };
    request_.batch = batch;
    request_.device = choose(device_profiles_);
    request_.server = choose(server_profiles_);
  }

  // Cells that are there already, handed out one by one.
  class MeasuredCells : public CellSource {
   public:
    explicit MeasuredCells(const std::vector<Cell>& cells) {
      for (const Cell& cell : cells) cells_.emplace(key(cell.key.split, cell.key.codec), &cell);
    }
    Cell measure(const std::string& split, const std::string& codec) override {
      return *cells_.at(key(split, codec));
    }

   private:
    static std::string key(const std::string& split, const std::string& codec) {
      return split + " " + codec;
    }
    std::unordered_map<std::string, const Cell*> cells_;
  };

  // Of the best that the cells allow; unset when nothing is feasible.
  std::optional<double> best_value() const {
    PlanRequest question = request_;
    question.policy = false;
    const Plan plan = make_plan(question);
    return plan.chosen ? objective_value(plan.objective, *plan.chosen->estimate) : std::nullopt;
  }

  // Leaves the cells that the search looks at; returns what it was, with what it missed.
  SearchOutcome search_cells() {
    SearchOutcome outcome;
    outcome.exhaustive_value = best_value();
    const std::vector<Cell> all = std::move(request_.cells);
    MeasuredCells source(all);
    Refinement found = refine(request_, ladders_of(all), aglop_settings_, source);
    outcome.settings = found.settings;
    outcome.budget = found.budget;
    outcome.measured = found.cells.size();
    outcome.ended = found.ended;
    request_.cells = std::move(found.cells);
    outcome.value = best_value();
    return outcome;
  }

  // The same with cells measured as they are asked for.
  SearchOutcome search_live(const Context& context, RunRecorder& recorder) {
    SearchOutcome outcome = live_.run(request_, cells_, aglop_settings_, context, recorder);
    recorder.add_input(cells_path(cells_));
    outcome.value = best_value();
    return outcome;
  }

  // The plan of the first batch, with the policy of all.
  Plan make_plans(const Context& context, RunRecorder& recorder) {
    std::optional<SearchOutcome> search;
    if (aglop_) search = live_.wanted() ? search_live(context, recorder) : search_cells();
    Plan plan = make_plan(request_);
    plan.search = search;
    if (!plan.table) return plan;
    std::vector<PolicyTable> tables = {*plan.table};
    for (std::size_t i = 1; i < batches_.size(); ++i) {
      use_batch(batches_[i]);
      tables.push_back(*make_plan(request_).table);
    }
    plan.table = joined(tables);
    return plan;
  }

  PlanRequest request_;
  std::vector<const CLI::Option*> of_one_;  // of plans without --users
  std::vector<std::string> device_, server_;
  std::vector<Profile> device_profiles_, server_profiles_;
  std::vector<int> batches_;
  RefinementSettings aglop_settings_;
  bool aglop_ = false;
  LiveSearch live_;
  std::string cells_, link_, power_, policy_table_, users_;
  std::string objective_ = "latency";
  std::string queue_ = "mm1";
  std::string among_ = "all";
  std::string robust_ = "mean";
  std::string output_ = "-";
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_plan_command() { return std::make_unique<PlanCommand>(); }

}  // namespace splitbench
