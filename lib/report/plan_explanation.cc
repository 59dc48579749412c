#include "report/plan_explanation.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.h"

namespace splitbench {
namespace {

constexpr std::size_t kAxisWidth = 60;
constexpr std::size_t kMostFrontRows = 12;
const char* const kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::vector<std::string> specs_of(const Plan& plan) {
  std::vector<std::string> specs;
  for (const Candidate& candidate : plan.candidates) specs.push_back(candidate.codec);
  return specs;
}

std::string input_text(const std::string& input, double value) {
  if (input == "rate_bps") return format_rate(value);
  if (input == "rtt_s") return format_duration(value);
  if (input == "server_load") return format_plain(value);
  return format_plain(value) + "x";
}

std::string input_name(const std::string& input) {
  if (input == "rate_bps") return "uplink rate";
  if (input == "rtt_s") return "round trip";
  if (input == "server_load") return "server load";
  return input == "device_times" ? "device's times" : "server's times";
}

Table turning_table(const Plan& plan) {
  Table table;
  table.all_specs = specs_of(plan);
  table.columns = {{"input", "if the", Unit::kText},
                   {"now", "now", Unit::kText},
                   {"passes", "passes", Unit::kText},
                   {"split", "this wins: split", Unit::kName},
                   {"codec", "codec", Unit::kSpec}};
  for (const Turning& turning : plan.explanation->turnings) {
    table.rows.push_back(
        {input_name(turning.input), input_text(turning.input, turning.now),
         (turning.at < turning.now ? "down to " : "up to ") + input_text(turning.input, turning.at),
         turning.split, turning.codec});
  }
  return table;
}

Table sensitivity_table(const Plan& plan) {
  Table table;
  table.columns = {{"input", "input", Unit::kText},
                   {"elasticity", "10 % more of it costs", Unit::kText}};
  for (const Sensitivity& sensitivity : plan.explanation->sensitivities) {
    const double change = 0.1 * sensitivity.elasticity;
    table.rows.push_back({sensitivity.input, (change > 0 ? "+" : "") + format_percent(change)});
  }
  return table;
}

// A letter for each choice, in order of first use; '.' for none, '*' when letters run out.
class Letters {
 public:
  char of(const std::string& choice) {
    const auto [entry, is_new] = letters_.emplace(choice, letters_.size());
    if (is_new) names_.push_back(choice);
    const std::string all = kLetters;
    return entry->second < all.size() ? all[entry->second] : '*';
  }
  std::string legend() const {
    std::string text;
    const std::string all = kLetters;
    for (std::size_t i = 0; i < std::min(names_.size(), all.size()); ++i) {
      text += std::string("  ") + all[i] + "  " + names_[i] + "\n";
    }
    return text;
  }

 private:
  std::map<std::string, std::size_t> letters_;
  std::vector<std::string> names_;
};

std::string choice_name(const std::string& split, const std::string& codec) {
  return codec == "none" ? split : split + " with " + codec;
}

// A decade beyond the slowest and the fastest crossing, and the plan's own rate within.
Interval axis_of(const Plan& plan) {
  Interval axis = {plan.link.rate_bps, plan.link.rate_bps};
  for (const PolicyRegion& region : plan.policy) {
    if (!(region.rate_low_bps > 0)) continue;
    axis = {std::min(axis.low, region.rate_low_bps), std::max(axis.high, region.rate_low_bps)};
  }
  return {axis.low / 10, axis.high * 10};
}

double rate_at(const Interval& axis, std::size_t column) {
  const double share = (static_cast<double>(column) + 0.5) / static_cast<double>(kAxisWidth);
  return axis.low * std::pow(axis.high / axis.low, share);
}

// The axis' ends and a mark above the column of the plan's own rate.
std::string axis_text(const Plan& plan, const Interval& axis) {
  std::string mark(kAxisWidth, ' ');
  for (std::size_t column = 0; column + 1 < kAxisWidth; ++column) {
    if (rate_at(axis, column + 1) >= plan.link.rate_bps) {
      mark[column] = 'v';
      break;
    }
  }
  const std::string low = format_rate(axis.low);
  const std::string high = format_rate(axis.high);
  std::string ends = low;
  ends.append(
      std::max<std::size_t>(kAxisWidth, low.size() + high.size() + 1) - low.size() - high.size(),
      ' ');
  return "          " + mark + "\n          " + ends + high + "\n";
}

std::string line_of_rates(const Plan& plan, const Interval& axis, Letters& letters) {
  std::string line;
  for (std::size_t column = 0; column < kAxisWidth; ++column) {
    const double rate = rate_at(axis, column);
    char letter = '.';
    for (const PolicyRegion& region : plan.policy) {
      if (rate < region.rate_low_bps || !region.split) continue;
      if (region.rate_high_bps && rate >= *region.rate_high_bps) continue;
      letter = letters.of(choice_name(*region.split, region.codec.value_or("")));
    }
    line += letter;
  }
  return line;
}

std::string line_of_table(const Plan& plan, const Interval& axis, double load, Letters& letters) {
  std::string line;
  for (std::size_t column = 0; column < kAxisWidth; ++column) {
    const std::size_t i = choose_entry(*plan.table, rate_at(axis, column), load, plan.batch);
    if (i == kNoEntry) {
      line += '.';
      continue;
    }
    line += letters.of(choice_name(plan.table->entries[i].split, plan.table->entries[i].codec));
  }
  return line;
}

std::string labelled(const std::string& label, const std::string& line) {
  std::string text = label;
  text.resize(10, ' ');
  return text + line + "\n";
}

std::string statistic_name(const RobustStatistic& statistic) {
  if (statistic.kind == RobustStatistic::Kind::kMean) return "mean";
  const std::string share = format_percent(statistic.p);
  return statistic.kind == RobustStatistic::Kind::kQuantile
             ? share + " quantile"
             : "latency that " + share + " of any such distribution keep (Cantelli)";
}

}  // namespace

void append_explanation(Page& page, const Plan& plan) {
  if (!plan.explanation) return;
  const Explanation& explanation = *plan.explanation;
  page.paragraph(explanation.why);
  const std::optional<Interval>& ci = plan.chosen->estimate->accuracy_loss_ci95;
  const std::optional<double>& bound = plan.constraints.max_accuracy_loss;
  if (bound && ci && ci->high > *bound) {
    std::string text =
        "That this choice keeps the accuracy bound is not certain: its loss may be "
        "up to " +
        format_percent(ci->high) + " (95 %), " + format_percent(*bound) + " are allowed. ";
    text += explanation.certain
                ? "The best choice that is certain to keep it is " +
                      choice_name(explanation.certain->split, explanation.certain->codec) + ", " +
                      format_duration(explanation.certain->estimate->latency_s) + "."
                : "No candidate is certain to keep it.";
    page.paragraph(text);
  }
  if (!explanation.turnings.empty()) {
    page.heading("What would have to change for another to win");
    page.table(turning_table(plan));
  }
  if (!explanation.sensitivities.empty()) {
    page.heading("What matters");
    page.table(sensitivity_table(plan));
  }
}

void append_trace(Page& page, const Plan& plan) {
  if (!plan.trace) return;
  const TraceOutcome& trace = *plan.trace;
  page.heading("Over the trace");
  page.paragraph(
      "The uplink follows " + trace.file + " (" + format_duration(trace.duration_s) + ", mean " +
      format_rate(trace.mean_bps) + "). What counts is the " + statistic_name(trace.statistic) +
      " of the latency over " + std::to_string(trace.starts) + " starts. The choice takes " +
      format_duration(trace.mean_s) + " in the mean, " + format_duration(trace.p95_s) +
      " at the 95th percentile and " + format_duration(trace.worst_s) +
      " at worst; a choice that knew the future would be " + format_duration(trace.mean_regret_s) +
      " faster in the mean, at most " + format_duration(trace.worst_regret_s) + ".");
}

void append_search(Page& page, const Plan& plan) {
  if (!plan.search) return;
  const SearchOutcome& search = *plan.search;
  std::string text = "The search looked at " + std::to_string(search.measured) + " of " +
                     std::to_string(search.settings) + " settings, at most " +
                     std::to_string(search.budget) + ", and " +
                     (search.ended ? "ended by itself." : "ended with its budget.");
  if (search.measured_now) {
    text += " It measured " + std::to_string(*search.measured_now) +
            " of them itself; the others were in its folder.";
  }
  if (search.value && search.exhaustive_value && *search.exhaustive_value > 0) {
    text += " Its choice costs " + format_percent(*search.value / *search.exhaustive_value - 1) +
            " more than the best of all.";
  }
  page.heading("How the settings were found");
  page.paragraph(text);
}

void append_front(Page& page, const Plan& plan) {
  if (plan.front.size() < 2) return;
  Table table;
  table.all_specs = specs_of(plan);
  table.columns = {{"split", "split", Unit::kName},
                   {"codec", "codec", Unit::kSpec},
                   {"latency_s", "latency", Unit::kSeconds},
                   {"payload_bytes", "payload", Unit::kBytes},
                   {"accuracy_loss", "loss", Unit::kFraction},
                   {"knee", "", Unit::kText}};
  const std::size_t shown = std::min(plan.front.size(), kMostFrontRows);
  for (std::size_t i = 0; i < plan.front.size(); ++i) {
    const ParetoPoint& point = plan.front[i];
    if (i >= shown && !point.knee) continue;
    const Candidate& candidate = plan.candidates.at(point.candidate);
    if (!candidate.estimate) continue;
    table.rows.push_back({candidate.split, candidate.codec, candidate.estimate->latency_s,
                          candidate.estimate->payload_bytes, candidate.estimate->accuracy_loss,
                          std::string(point.knee ? "<- knee" : "")});
  }
  page.heading("Pareto front: the fastest of " + std::to_string(plan.front.size()));
  page.table(table);
}

void append_crossings(Page& page, const Plan& plan) {
  if (plan.policy.empty()) return;
  const Interval axis = axis_of(plan);
  Letters letters;
  std::string text = axis_text(plan, axis);
  text += labelled("", line_of_rates(plan, axis, letters));
  if (plan.table && plan.table->queue.kind != QueueKind::kMultiplier) {
    for (const double load : {0.0, 0.5, 0.8, 0.9, 0.95}) {
      text += labelled("load " + format_plain(load), line_of_table(plan, axis, load, letters));
    }
  }
  page.heading("Where the best choice changes, by uplink rate and server load");
  page.verbatim(text + letters.legend());
}

}  // namespace splitbench
