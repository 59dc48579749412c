// `splitbench report`: documents as text, Markdown or CSV.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/error.h"
#include "command.h"
#include "core/pooled_cells.h"
#include "io/cells_file.h"
#include "io/document.h"
#include "io/front_document.h"
#include "io/output_file.h"
#include "io/plan_document.h"
#include "io/profile_document.h"
#include "io/shared_plan_document.h"
#include "io/simulation_document.h"
#include "io/sweep_manifest.h"
#include "io/training_document.h"
#include "known_names.h"
#include "report/cells_report.h"
#include "report/front_report.h"
#include "report/payload_report.h"
#include "report/plan_report.h"
#include "report/profile_report.h"
#include "report/shared_plan_report.h"
#include "report/simulation_report.h"
#include "report/training_report.h"

namespace splitbench {
namespace {

std::string render_profile(const std::string& path, ReportFormat format) {
  const RunRecord run = read_run(path);
  return render(read_profile(path), format, &run);
}

std::string render_document(const std::string& path, ReportFormat format,
                            const std::string& front) {
  const std::string kind = document_kind(path);
  if (kind == "profile") return render_profile(path, format);
  if (kind == "front") return render(read_front(path), format, front);
  if (kind == "plan") return render(read_plan(path), format);
  if (kind == "shared-plan") return render(read_shared_plan(path), format);
  if (kind == "simulation") return render(read_simulation(path), format);
  if (kind == "cells") return render(read_cells(path, nullptr), format);
  if (kind == "training") return render(read_training(path), format);
  throw bad_input(path + " is a " + kind +
                  " document; reports are made of profiles, sweeps, fronts, "
                  "plans, simulations and trainings");
}

class ReportCommand : public Command {
 public:
  std::string name() const override { return "report"; }
  std::string summary() const override { return "Show documents as text, Markdown or CSV"; }

  void configure(CLI::App& app) override {
    app.add_option("DOC", documents_,
                   "profile.json, front.json, plan.json, simulation.json, or a "
                   "sweep's folder")
        ->required();
    app.add_option("--format", format_, "text, md or csv")
        ->check(known_names("format", {"text", "md", "csv"}))
        ->capture_default_str();
    app.add_option("-o,--output", output_, "File to write; - for stdout")->capture_default_str();
    app.add_option("--at-loss", bounds_.losses,
                   "Of a sweep: what each codec needs at each split within these losses, as "
                   "fractions (0.01 is one point), e.g. 0,0.01,0.02")
        ->delimiter(',')
        ->check(CLI::Range(-1.0, 1.0));
    app.add_option("--at-agreement", bounds_.agreements,
                   "The same for answers that agree with the uncompressed model's on so much of "
                   "the images, e.g. 0.99,0.95: less of it is chance than of a loss")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    app.add_flag("--pool", pools_,
                 "With these two: sweeps over different images as one, e.g. two halves of a "
                 "dataset, each measured with codecs that the other has calibrated");
    app.add_option("--front", front_,
                   "Of a front document: which one to show, e.g. split:features.6 or codec:jpeg")
        ->capture_default_str();
    app.footer(
        "A report is made of the documents alone.\n\n"
        "  splitbench report profile.json plan.json\n"
        "  splitbench report sweep --format csv -o cells.csv\n"
        "  splitbench report sweep --at-loss 0,0.01,0.02 --format md");
  }

  int run(const Context&) override {
    OutputFile output(output_);
    const ReportFormat format = format_ == "md"    ? ReportFormat::kMarkdown
                                : format_ == "csv" ? ReportFormat::kCsv
                                                   : ReportFormat::kText;
    const bool compares = !bounds_.losses.empty() || !bounds_.agreements.empty();
    if (pools_) {
      if (!compares) throw bad_input("--pool needs --at-loss or --at-agreement");
      output.commit(render_payloads(pooled(), bounds_, splits_of(documents_.front()), format));
      return 0;
    }
    std::string text;
    for (const std::string& path : documents_) {
      text +=
          (text.empty() || format == ReportFormat::kCsv ? "" : "\n") +
          (compares ? render_payloads(read_cells(path, nullptr), bounds_, splits_of(path), format)
                    : render_document(path, format, front_));
    }
    output.commit(text);
    return 0;
  }

 private:
  // Of the network, as the sweep's manifest has them; none where there is no manifest, or an old
  // one.
  static std::vector<std::string> splits_of(const std::string& sweep) {
    const std::filesystem::path folder = std::filesystem::path(cells_path(sweep)).parent_path();
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(folder / "sweep.json", ignored)) return {};
    return read_sweep_manifest(folder.string()).splits;
  }

  std::vector<Cell> pooled() const {
    std::vector<std::vector<Cell>> sweeps;
    for (const std::string& path : documents_) sweeps.push_back(read_cells(path, nullptr));
    return pooled_cells(sweeps);
  }

  std::vector<std::string> documents_;
  PayloadBounds bounds_;
  bool pools_ = false;
  std::string front_ = "all";
  std::string format_ = "text";
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_report_command() { return std::make_unique<ReportCommand>(); }

}  // namespace splitbench
