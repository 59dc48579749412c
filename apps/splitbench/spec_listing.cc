#include "spec_listing.h"

#include <iostream>
#include <variant>
#include <vector>

#include "base/spec.h"
#include "base/units.h"
#include "codec/registry.h"
#include "data/registry.h"
#include "link/rate_trace.h"
#include "nn/training_method.h"
#include "report/table.h"

namespace splitbench {
namespace {

constexpr char kNoMeter[] = "no meter: energy is null, with a reason";

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

// Of what has a name, options and a summary, and nothing else to tell.
template <typename Descriptions>
Table descriptions_table(const std::string& title, const Descriptions& descriptions) {
  Table table{{{"name", title}, {"options", "options"}, {"summary", "summary"}}, {}, {}};
  for (const auto& item : descriptions) {
    table.rows.push_back({item.name, options_text(item.options), item.summary});
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

// All names, or one.
struct Filter {
  std::string only;

  bool admits(const std::string& name) const { return only.empty() || name == only; }
};

template <typename Descriptions>
void print_each(const Descriptions& descriptions, const Filter& wanted) {
  for (const auto& description : descriptions) {
    if (!wanted.admits(description.name)) continue;
    print_spec_help(description.name, description.summary, description.options);
  }
}

void print_codecs(const Filter& wanted) {
  for (const CodecFactory& factory : all_codecs()) {
    const CodecDescription& codec = factory.description;
    if (!wanted.admits(codec.name)) continue;
    print_spec_help(codec.name, codec.summary, codec.options);
    print_rate_help(codec);
  }
  std::cout << "\nWrite name:key=value; lists and ranges sweep: quant:bits=2,4,8 "
               "jpeg:quality=50..90+20\n"
               "A target in place of an option finds its value on calibration images, split by\n"
               "split: jpeg:target-loss=0.01 (one point), klt:target-bytes=2000\n";
}

void print_meters(const MeterContext& context, const Filter& wanted) {
  if (wanted.admits("none")) std::cout << "none\n  " << kNoMeter << "\n";
  for (const MeterDescription& meter : meter_descriptions()) {
    if (!wanted.admits(meter.name)) continue;
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

}  // namespace

Table spec_table(const std::string& what, const MeterContext& meters) {
  if (what == "codecs") return codecs_table();
  if (what == "methods") return descriptions_table("method", training_methods());
  if (what == "datasets") return descriptions_table("dataset", dataset_descriptions());
  if (what == "traces") return descriptions_table("format", trace_formats());
  return meters_table(meters);
}

void print_specs(const std::string& what, const std::string& only, const MeterContext& meters) {
  const Filter wanted = {only};
  if (what == "codecs") {
    print_codecs(wanted);
  } else if (what == "meters") {
    print_meters(meters, wanted);
  } else if (what == "methods") {
    print_each(training_methods(), wanted);
    std::cout << "\nWrite name:key=value; lists and ranges train one for each: "
                 "bottlefit:channels=1..3+1\n";
  } else if (what == "traces") {
    print_each(trace_formats(), wanted);
    std::cout << "\nTold by their first rows, or: --link trace:FILE,format=cooked:gap=cut\n";
  } else {
    print_each(dataset_descriptions(), wanted);
    std::cout << "\nWrite name:key=value, e.g. image-list:csv=labels.csv\n";
  }
}

}  // namespace splitbench
