#include "report/simulation_report.h"

#include <algorithm>

#include "base/units.h"
#include "report/page.h"

namespace splitbench {
namespace {

constexpr std::size_t kMostChoices = 6;

std::string label(const StrategyOutcome& outcome) {
  const std::string name = strategy_name(outcome.kind);
  return outcome.plan.empty() ? name : name + " " + outcome.plan;
}

Table strategy_table(const Simulation& simulation) {
  Table table;
  table.columns = {
      {"strategy", "strategy", Unit::kName},  {"mean_s", "mean", Unit::kSeconds},
      {"p95_s", "p95", Unit::kSeconds},       {"p99_s", "p99", Unit::kSeconds},
      {"energy_j", "energy", Unit::kJoules},  {"misses", "misses", Unit::kCount},
      {"switches", "switches", Unit::kCount}, {"mean_regret_s", "regret", Unit::kSeconds}};
  for (const StrategyOutcome& outcome : simulation.strategies) {
    const LatencyDistribution& latency = outcome.latency_s;
    table.rows.push_back(
        {label(outcome), latency.mean, latency.p95, latency.p99,
         outcome.energy_j ? Value(*outcome.energy_j) : Value(),
         outcome.deadline_misses ? Value(static_cast<double>(*outcome.deadline_misses)) : Value(),
         static_cast<double>(outcome.switches), outcome.mean_regret_s});
  }
  return table;
}

Table choice_table(const Simulation& simulation) {
  Table table;
  table.columns = {{"strategy", "strategy", Unit::kText},
                   {"split", "split", Unit::kName},
                   {"codec", "codec", Unit::kSpec},
                   {"share", "requests", Unit::kFraction}};
  for (const StrategyOutcome& outcome : simulation.strategies) {
    const std::size_t shown = std::min(outcome.choices.size(), kMostChoices);
    for (std::size_t i = 0; i < shown; ++i) {
      const ChoiceShare& choice = outcome.choices[i];
      table.rows.push_back(
          {i == 0 ? label(outcome) : "", choice.split, choice.codec, choice.share});
    }
  }
  return table;
}

std::string conditions_text(const Simulation& s) {
  std::string text = std::to_string(s.requests) + " requests, spread evenly over " +
                     s.rate_bps.file + " (" + format_duration(s.rate_bps.duration_s) + ", mean " +
                     format_rate(s.rate_bps.mean) + ", at most " + format_rate(s.rate_bps.max) +
                     ").";
  if (s.server_load) {
    text += " The server's load follows " + s.server_load->file + " (mean " +
            format_plain(s.server_load->mean) + ", at most " + format_plain(s.server_load->max) +
            ").";
  } else {
    text += " The server's load is " + format_plain(s.fixed_load) + ".";
  }
  if (s.deadline_s) text += " The deadline is " + format_duration(*s.deadline_s) + ".";
  return text;
}

}  // namespace

std::string render(const Simulation& simulation, ReportFormat format) {
  if (format == ReportFormat::kCsv) return csv_table(strategy_table(simulation));
  Page page(format);
  page.title("Simulation for " + simulation.model_name);
  page.paragraph(conditions_text(simulation));
  page.table(strategy_table(simulation));
  page.paragraph(
      "static: a plan's choice for every request. dynamic: the policy's for what transfers took "
      "before that started at such a rate; instant: for the rate and load of the moment; steady: "
      "the "
      "same, changing only for what is better by " +
      format_percent(simulation.margin) +
      ". best-static: the one choice "
      "that was best in the mean, known afterwards. oracle: "
      "the fastest of " +
      std::to_string(simulation.contenders) +
      " for each request, which knows what the link will do; regret is against it. All "
      "is modelled from measured times and bytes.");
  page.heading("Choices");
  page.table(choice_table(simulation));
  for (const std::string& warning : simulation.warnings) page.bullet("warning: " + warning);
  return page.take();
}

}  // namespace splitbench
