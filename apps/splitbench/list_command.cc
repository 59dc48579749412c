// `splitbench list`: what there is to name on the command line, and where a model can be cut.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <variant>

#include "base/error.h"
#include "base/nearest.h"
#include "base/units.h"
#include "command.h"
#include "device/registry.h"
#include "device_power.h"
#include "io/listing.h"
#include "known_names.h"
#include "model_options.h"
#include "pipeline/check_splits.h"
#include "profile_tables.h"
#include "report/table.h"
#include "spec_listing.h"

namespace splitbench {
namespace {

constexpr std::size_t kCheckInputs = 2;
// Sources are prose, which would tear a table apart: shortened here, whole in JSON.
constexpr std::size_t kScreenWidth = 80;
// Boundaries and aliases are read and copied: never shortened.
constexpr std::size_t kWholeTexts = std::numeric_limits<std::size_t>::max();

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::string boundary_text(const BoundarySpec& boundary) {
  std::string text;
  for (const TensorSpec& tensor : boundary) {
    text += (text.empty() ? "" : " + ") + shape_text(tensor.shape);
  }
  return text;
}

Table splits_table(const ModelInfo& info, const std::vector<SplitCheck>& checks) {
  Table table{{{"id", "split", Unit::kName},
               {"kind", "kind"},
               {"boundary", "boundary"},
               {"boundary_bytes", "bytes", Unit::kBytes},
               {"block_end", "block"},
               {"natural_bottleneck", "natural"},
               {"aliases", "also named"}},
              {},
              {}};
  if (!checks.empty()) table.columns.push_back({"relative_error", "rel. error"});
  for (std::size_t i = 0; i < info.splits.size(); ++i) {
    const SplitPoint& split = info.splits[i];
    table.rows.push_back(
        {split.id, std::string(split_kind_name(split.kind)), boundary_text(split.boundary),
         static_cast<double>(boundary_bytes(split.boundary)),
         std::string(split.block_end ? "yes" : ""),
         std::string(split.natural_bottleneck ? "yes" : ""), joined(split.aliases)});
    if (checks.empty()) continue;
    const double error = checks[i].relative_error;
    table.rows.back().emplace_back(std::isfinite(error) ? format_plain(error)
                                                        : std::string("not finite"));
  }
  return table;
}

class ListCommand : public Command {
 public:
  std::string name() const override { return "list"; }
  std::string summary() const override {
    return "List codecs, methods, models, splits, devices, links, datasets, meters, traces";
  }

  void configure(CLI::App& app) override {
    app.add_option("WHAT", what_,
                   "codecs, methods (to train), models, splits, devices, links, datasets, "
                   "meters or traces (formats of bandwidth traces)")
        ->required()
        ->check(CLI::IsMember({"codecs", "methods", "models", "splits", "devices", "links",
                               "datasets", "meters", "traces"}));
    app.add_option("NAME", model_.model,
                   "For splits: the model to cut; else the only one to list, with all its options");
    model_.configure(app, false);
    app.add_flag("--check", check_,
                 "For splits: run tail(head(x)) at every split against the "
                 "whole model; exit 1 when one is off");
    app.add_flag("--refused", refused_,
                 "For splits: show the places that are not offered instead, and why");
    app.add_option("--sysfs-root", meters_.root,
                   "For meters: look below this folder instead of /, in a recorded tree")
        ->check(CLI::ExistingDirectory)
        ->capture_default_str();
    app.add_option("--format", format_, "text or json")
        ->check(known_names("format", {"text", "json"}))
        ->capture_default_str();
    app.footer(
        "  splitbench list codecs\n"
        "  splitbench list methods bottlefit\n"
        "  splitbench list splits fashion-resnet --check\n"
        "  splitbench list splits resnet50.pt --input-shape 1,3,224,224 --refused");
  }

  int run(const Context& context) override {
    if (what_ == "splits") return list_splits(context);
    meters_.device_power = device_power_reader(context.profile_folders);
    const std::vector<std::string>& folders = context.profile_folders;
    const std::map<std::string, std::function<Table()>> tables = {
        {"models", [&] { return models_table(folders); }},
        {"links", [&] { return links_table(folders); }},
        {"devices", [&] { return devices_table(folders); }},
    };
    const auto plain = tables.find(what_);
    const bool has_specs = plain == tables.end();
    if (has_specs && format_ == "text" && model_.model.empty()) {
      print_specs(what_, "", meters_);
      return 0;
    }
    Table table = has_specs ? spec_table(what_, meters_) : plain->second();
    keep_named(table);
    if (has_specs && format_ == "text") {
      print_specs(what_, model_.model, meters_);
    } else {
      print(what_, table);
    }
    return 0;
  }

 private:
  // Leaves the row of the name asked for, if one was; its first column has the names.
  void keep_named(Table& table) const {
    if (model_.model.empty()) return;
    std::vector<std::string> names;
    for (const std::vector<Value>& row : table.rows) {
      names.push_back(std::get<std::string>(row.front()));
    }
    if (std::find(names.begin(), names.end(), model_.model) == names.end()) {
      throw bad_input("no " + what_.substr(0, what_.size() - 1) + " '" + model_.model + "'" +
                      suggestion(model_.model, names));
    }
    const auto other = [&](const std::vector<Value>& row) {
      return std::get<std::string>(row.front()) != model_.model;
    };
    table.rows.erase(std::remove_if(table.rows.begin(), table.rows.end(), other), table.rows.end());
  }

  void print(const std::string& what, const Table& table) const {
    if (format_ == "json") {
      std::vector<std::string> keys;
      for (const Column& column : table.columns) keys.push_back(column.key);
      std::cout << listing_json(what, keys, table.rows);
    } else {
      std::cout << text_table(table, what == "splits" ? kWholeTexts : kScreenWidth);
    }
  }

  int list_splits(const Context& context) {
    if (model_.model.empty()) throw bad_input("list splits needs a MODEL, e.g. fashion-resnet");
    ModelSession session = model_.open(context, nullptr);
    const ModelInfo& info = session.model->info();
    std::vector<SplitCheck> checks;
    if (check_) {
      checks =
          check_splits(*session.model, random_inputs(info.input, kCheckInputs, 0), context.events);
    }
    if (refused_) {
      print_refused(info);
    } else if (format_ == "json") {
      std::vector<double> errors;
      for (const SplitCheck& check : checks) errors.push_back(check.relative_error);
      std::cout << splits_listing_json(info.splits, errors);
    } else {
      print("splits", splits_table(info, checks));
    }
    std::string summary = std::to_string(info.splits.size()) + " splits; " +
                          std::to_string(info.refused.size()) + " places not offered";
    if (!refused_ && !info.refused.empty()) summary += " (--refused says why)";
    context.events.note(summary);
    return check_ ? verdict(info, checks, context) : 0;
  }

  void print_refused(const ModelInfo& info) const {
    if (format_ == "text") {
      for (const RefusedCut& cut : info.refused) {
        std::cout << printable(cut.after) << "\n  " << printable(cut.reason) << "\n";
      }
      return;
    }
    Table table{{{"after", "not offered after", Unit::kName}, {"reason", "reason"}}, {}, {}};
    for (const RefusedCut& cut : info.refused) table.rows.push_back({cut.after, cut.reason});
    print("refused", table);
  }

  static int verdict(const ModelInfo& info, const std::vector<SplitCheck>& checks,
                     const Context& context) {
    double worst = 0;
    for (const SplitCheck& check : checks) {
      worst = std::max(worst, check.relative_error);
      const bool off = !(check.relative_error <= kMaxRelativeError) || !check.capture_identical;
      if (!off) continue;
      throw runtime_failure(
          "split " + info.splits[check.split].id +
          (check.capture_identical
               ? ": tail(head(x)) is off by " + format_plain(check.relative_error) +
                     " of the largest output"
               : ": its boundary captured with all others differs from the head's"));
    }
    context.events.note("tail(head(x)) equals the model at every split; largest relative error " +
                        format_plain(worst));
    return 0;
  }

  ModelOptionGroup model_;
  MeterContext meters_;
  std::string what_, format_ = "text";
  bool check_ = false, refused_ = false;
};

}  // namespace

std::unique_ptr<Command> make_list_command() { return std::make_unique<ListCommand>(); }

}  // namespace splitbench
