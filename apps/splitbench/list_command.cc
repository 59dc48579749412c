// `splitbench list`: what there is to name on the command line, and where a model can be cut.
#include <CLI/CLI.hpp>
#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <variant>

#include "base/error.h"
#include "base/units.h"
#include "codec/registry.h"
#include "command.h"
#include "data/registry.h"
#include "device/registry.h"
#include "device_power.h"
#include "io/listing.h"
#include "io/manifest_file.h"
#include "io/profile_library.h"
#include "known_names.h"
#include "link/rate_trace.h"
#include "model_options.h"
#include "nn/training_method.h"
#include "pipeline/check_splits.h"
#include "profile_tables.h"
#include "report/table.h"

namespace splitbench {
namespace {

constexpr std::size_t kCheckInputs = 2;
constexpr char kNoMeter[] = "no meter: energy is null, with a reason";
// Sources are prose, which would tear a table apart: shortened here, whole in JSON.
constexpr std::size_t kScreenWidth = 80;
// Boundaries and aliases are read and copied: never shortened.
constexpr std::size_t kWholeTexts = std::numeric_limits<std::size_t>::max();

// What an option may be: "1..16", "none|bytes".
std::string range_text(const OptionDescription& option) {
  if (option.type == OptionType::kText) return "text";
  if (option.type != OptionType::kChoice) {
    return format_number(option.minimum) + ".." + format_number(option.maximum);
  }
  std::string choices;
  for (const std::string& choice : option.choices) choices += (choices.empty() ? "" : "|") + choice;
  return choices;
}

// `bits=8 (1..16)` for every option: the machine-readable column.
std::string options_text(const std::vector<OptionDescription>& options) {
  std::string text;
  for (const OptionDescription& option : options) {
    text += (text.empty() ? "" : " ") + option.name + "=" + option.default_value + "(" +
            range_text(option) + ")";
  }
  return text;
}

// What can be written in a spec, for people: name and summary, then every option with its help.
void print_spec_help(const std::string& name, const std::string& summary,
                     const std::vector<OptionDescription>& options) {
  std::cout << name << "\n  " << summary << "\n";
  for (const OptionDescription& option : options) {
    const std::string standard = option.required                ? "required"
                                 : option.default_value.empty() ? "optional"
                                                                : "default " + option.default_value;
    std::cout << "    " << option.name << "=" << range_text(option) << "  (" << standard << ")\n"
              << "        " << option.help << "\n";
  }
}

void print_rate_help(const CodecDescription& codec) {
  if (!codec.rate) return;
  std::cout << "    target-loss=0..1 or target-bytes=N, in place of " << codec.rate->option << "\n";
}

std::vector<CodecFactory> all_codecs() {
  std::vector<CodecFactory> factories = codec_factories();
  const std::vector<CodecFactory>& learned = learned_codec_factories();
  factories.insert(factories.end(), learned.begin(), learned.end());
  return factories;
}

Table codecs_table() {
  Table table{{{"name", "codec"},
               {"lossless", "lossless"},
               {"options", "options"},
               {"rate_option", "rate option"},
               {"summary", "summary"}},
              {},
              {}};
  for (const CodecFactory& factory : all_codecs()) {
    const CodecDescription& codec = factory.description;
    table.rows.push_back({codec.name, std::string(codec.lossless ? "yes" : "no"),
                          options_text(codec.options),
                          codec.rate ? Value(codec.rate->option) : Value(), codec.summary});
  }
  return table;
}

Table methods_table() {
  Table table{{{"name", "method"}, {"options", "options"}, {"summary", "summary"}}, {}, {}};
  for (const TrainingMethod& method : training_methods()) {
    table.rows.push_back({method.name, options_text(method.options), method.summary});
  }
  return table;
}

Table datasets_table() {
  Table table{{{"name", "dataset"}, {"options", "options"}, {"summary", "summary"}}, {}, {}};
  for (const DatasetDescription& dataset : dataset_descriptions()) {
    table.rows.push_back({dataset.name, options_text(dataset.options), dataset.summary});
  }
  return table;
}

Table traces_table() {
  Table table{{{"name", "format"}, {"options", "options"}, {"summary", "summary"}}, {}, {}};
  for (const TraceFormatDescription& format : trace_formats()) {
    table.rows.push_back({format.name, options_text(format.options), format.summary});
  }
  return table;
}

Table meters_table(const MeterContext& context) {
  Table table{{{"name", "meter"},
               {"available", "here"},
               {"rail", "rail"},
               {"quantity", "quantity"},
               {"update_period_s", "update", Unit::kSeconds},
               {"quantum", "step"},
               {"reason", "why not here"},
               {"options", "options"},
               {"summary", "summary"}},
              {},
              {}};
  table.rows.push_back({std::string("none"), std::string("yes"), Value(), Value(), Value(), Value(),
                        Value(), std::string(), std::string(kNoMeter)});
  for (const MeterDescription& meter : meter_descriptions()) {
    const auto found = try_meter(meter.name, context);
    std::vector<Value> row = {meter.name};
    if (const auto* info = std::get_if<MeterInfo>(&found)) {
      row.insert(row.end(),
                 {std::string("yes"), info->rail, std::string(meter_quantity_name(info->quantity)),
                  info->update_period_s, info->quantum, Value()});
    } else {
      row.insert(row.end(), {std::string("no"), Value(), meter.quantity, Value(), Value(),
                             std::get<std::string>(found)});
    }
    row.insert(row.end(), {options_text(meter.options), meter.summary});
    table.rows.push_back(std::move(row));
  }
  return table;
}

void print_meters(const MeterContext& context) {
  std::cout << "none\n  " << kNoMeter << "\n";
  for (const MeterDescription& meter : meter_descriptions()) {
    print_spec_help(meter.name, meter.summary, meter.options);
    std::cout << "  " << meter.quantity << "; new values: " << meter.update_rate
              << "; steps: " << meter.quantisation << "\n";
    const auto found = try_meter(meter.name, context);
    if (const auto* info = std::get_if<MeterInfo>(&found)) {
      std::cout << "  HERE: " << printable(info->rail) << ", a new "
                << meter_quantity_name(info->quantity) << " every "
                << format_duration(info->update_period_s) << ", in steps of "
                << format_plain(info->quantum) << " " << meter_unit(info->quantity) << "\n";
    } else {
      std::cout << "  not here: " << printable(std::get<std::string>(found)) << "\n";
    }
  }
  std::cout << "\nWrite name:key=value, e.g. profile --energy ina3221:rail=VDD_IN\n";
}

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
    return "List codecs, methods, models, splits MODEL, devices, links, datasets, meters or traces";
  }

  void configure(CLI::App& app) override {
    app.add_option("WHAT", what_,
                   "codecs, methods (to train), models, splits, devices, links, datasets, "
                   "meters or traces (formats of bandwidth traces)")
        ->required()
        ->check(CLI::IsMember({"codecs", "methods", "models", "splits", "devices", "links",
                               "datasets", "meters", "traces"}));
    app.add_option("MODEL", model_.model, "For splits: the model to cut");
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
        "  splitbench list splits fashion-resnet --check\n"
        "  splitbench list splits resnet50.pt --input-shape 1,3,224,224 --refused");
  }

  int run(const Context& context) override {
    if (what_ == "splits") return list_splits(context);
    meters_.device_power = device_power_reader(context.profile_folders);
    if (format_ == "text" && print_specs()) return 0;
    const std::vector<std::string>& folders = context.profile_folders;
    const std::map<std::string, std::function<Table()>> tables = {
        {"codecs", codecs_table},
        {"methods", methods_table},
        {"datasets", datasets_table},
        {"meters", [&] { return meters_table(meters_); }},
        {"traces", traces_table},
        {"models", [&] { return models_table(folders); }},
        {"links", [&] { return links_table(folders); }},
        {"devices", [&] { return devices_table(folders); }},
    };
    print(what_, tables.at(what_)());
    return 0;
  }

 private:
  // Codecs, methods, datasets, meters and traces are named by specs; a table would have no room for
  // their options.
  bool print_specs() const {
    if (what_ == "codecs") {
      for (const CodecFactory& factory : all_codecs()) {
        const CodecDescription& codec = factory.description;
        print_spec_help(codec.name, codec.summary, codec.options);
        print_rate_help(codec);
      }
      std::cout
          << "\nWrite name:key=value; lists and ranges sweep: quant:bits=2,4,8 "
             "jpeg:quality=50..90+20\n"
             "A target in place of an option finds its value on calibration images, split by\n"
             "split: jpeg:target-loss=0.01 (one point), klt:target-bytes=2000\n";
      return true;
    }
    if (what_ == "meters") {
      print_meters(meters_);
      return true;
    }
    if (what_ == "methods") {
      for (const TrainingMethod& method : training_methods()) {
        print_spec_help(method.name, method.summary, method.options);
      }
      std::cout << "\nWrite name:key=value; lists and ranges train one for each: "
                   "bottlefit:channels=1..3+1\n";
      return true;
    }
    if (what_ == "traces") {
      for (const TraceFormatDescription& format : trace_formats()) {
        print_spec_help(format.name, format.summary, format.options);
      }
      std::cout << "\nTold by their first rows, or: --link trace:FILE,format=cooked:gap=cut\n";
      return true;
    }
    if (what_ != "datasets") return false;
    for (const DatasetDescription& dataset : dataset_descriptions()) {
      print_spec_help(dataset.name, dataset.summary, dataset.options);
    }
    std::cout << "\nWrite name:key=value, e.g. image-list:csv=labels.csv\n";
    return true;
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
