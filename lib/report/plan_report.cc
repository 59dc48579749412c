#include "report/plan_report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.h"
#include "report/page.h"
#include "report/plan_explanation.h"

namespace splitbench {
namespace {

constexpr std::size_t kTopRejected = 10;

bool is_device_only(const Candidate& candidate) {
  return candidate.split == split_kind_name(SplitKind::kDeviceOnly);
}

std::string what_to_do(const Candidate& choice) {
  if (is_device_only(choice)) return "Run the whole network on the device; send nothing.";
  if (choice.split == split_kind_name(SplitKind::kServerOnly)) {
    return "Send the input, coded with " + choice.codec +
           ", and run the whole network on the server.";
  }
  return "Run the network up to " + choice.split + " on the device, send the result coded with " +
         choice.codec + ", and run the rest on the server.";
}

std::string loss_text(const Estimate& estimate) {
  std::string text = "an accuracy loss of " + format_percent(estimate.accuracy_loss);
  const std::optional<Interval>& ci = estimate.accuracy_loss_ci95;
  if (ci && ci->high > ci->low) {
    text += " (95 % interval " + format_percent(ci->low) + " to " + format_percent(ci->high) + ")";
  }
  return text;
}

std::string cost_text(const Estimate& estimate) {
  std::string text = format_duration(estimate.latency_s) + " per input, " +
                     format_bytes(estimate.payload_bytes) + " sent, " + loss_text(estimate);
  if (estimate.energy_j) text += ", " + format_energy(*estimate.energy_j) + " on the device";
  return text;
}

std::string conditions_text(const Plan& plan) {
  const Link& link = plan.link;
  std::string text = "Link " + link.name + ": " + format_rate(link.rate_bps) + " up, " +
                     format_rate(link.downlink_bps) + " down, round trip " +
                     format_duration(link.rtt_s) + ", " + format_bytes(link.overhead_bytes) +
                     " overhead per message. Objective: least " + plan.objective.name + ".";
  const auto add = [&text](const char* what, const std::optional<double>& limit, auto format) {
    if (limit) text += std::string(" ") + what + " at most " + format(*limit) + ".";
  };
  add("Accuracy loss", plan.constraints.max_accuracy_loss, format_percent);
  add("Latency", plan.constraints.max_latency_s, [](double v) { return format_duration(v); });
  add("Energy", plan.constraints.max_energy_j, [](double v) { return format_energy(v); });
  add("Payload", plan.constraints.max_payload_bytes, [](double v) { return format_bytes(v); });
  add("Device memory", plan.constraints.max_device_memory_bytes,
      [](double v) { return format_bytes(v); });
  if (plan.batch > 1) text += " " + std::to_string(plan.batch) + " inputs go in one message.";
  return text;
}

std::string queue_name(const ServerQueue& queue) {
  if (queue.kind == QueueKind::kMm1) return "M/M/1";
  if (queue.kind == QueueKind::kMultiplier) return "shared processor";
  return "M/G/1, variation " + format_plain(queue.service_cv);
}

// The one place that tells measured figures from modelled ones.
std::string provenance_text(const Plan& plan) {
  const bool modelled = !plan.device_figures.empty() || !plan.server_figures.empty();
  std::string text =
      std::string(modelled ? "Payloads and accuracy are measured"
                           : "Compute times, payloads and accuracy are measured") +
      "; codec times are those of the machine that ran the sweep; the time on the link is modelled "
      "from its rate, round trip and overhead.";
  const auto add_figures = [&text](const char* side, const std::string& figures) {
    if (figures.empty()) return;
    text += std::string(" ") + side + " times are MODELLED: measured elsewhere, scaled to " +
            figures + " (splitbench scale).";
  };
  add_figures("Device", plan.device_figures);
  add_figures("Server", plan.server_figures);
  if (plan.server_load > 0) {
    text += " Server times are modelled for a load of " + format_plain(plan.server_load) + ": " +
            format_plain(1 + waiting_factor(plan.queue, plan.server_load)) +
            " times as long as measured (" + queue_name(plan.queue) + ").";
  }
  const auto add_scale = [&text](const char* side, double scale) {
    if (scale == 1) return;
    text += std::string(" ") + side + " times are modelled: those of the profiled machine times " +
            format_plain(scale) + ".";
  };
  add_scale("Device", plan.device_scale);
  add_scale("Server", plan.server_scale);
  return text;
}

std::string stage_bars(const Estimate& estimate) {
  constexpr double kBarWidth = 40;
  const std::pair<const char*, double> stages[] = {
      {"device", estimate.device_s}, {"encode", estimate.encode_s},
      {"uplink", estimate.uplink_s}, {"server", estimate.server_s},
      {"decode", estimate.decode_s}, {"downlink", estimate.downlink_s},
      {"total", estimate.latency_s}};
  std::string text;
  for (const auto& [name, seconds] : stages) {
    const double share = estimate.latency_s > 0 ? seconds / estimate.latency_s : 0;
    const auto bar = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * kBarWidth));
    std::string line = name;
    line.resize(9, ' ');
    const std::string duration = format_duration(seconds);
    const std::string percent = format_percent(share);
    line.append(9 - std::min<std::size_t>(9, duration.size()), ' ').append(duration);
    line.append(10 - std::min<std::size_t>(10, percent.size()), ' ').append(percent);
    if (bar > 0) line += "  " + std::string(bar, '#');
    text += line + "\n";
  }
  return text;
}

Table stage_table(const Estimate& e) {
  Table table;
  table.columns = {{"stage", "stage", Unit::kText},
                   {"latency_s", "latency", Unit::kSeconds},
                   {"share", "share", Unit::kFraction}};
  const auto add = [&](const char* name, double seconds) {
    const Value share = e.latency_s > 0 ? Value(seconds / e.latency_s) : Value();
    table.rows.push_back({std::string(name), seconds, share});
  };
  add("device", e.device_s);
  add("encode", e.encode_s);
  add("uplink", e.uplink_s);
  add("server", e.server_s);
  add("decode", e.decode_s);
  add("downlink", e.downlink_s);
  add("total", e.latency_s);
  return table;
}

// How the choice compares: "2.30x faster".
std::string comparison(const Candidate& choice, const Candidate& other) {
  if (same_choice(choice, other)) return "the choice";
  const double ratio = other.estimate->latency_s / choice.estimate->latency_s;
  if (!std::isfinite(ratio) || ratio <= 0) return "-";
  if (ratio >= 1) return format_plain(ratio) + "x faster";
  return format_plain(1 / ratio) + "x slower";
}

std::vector<std::string> specs_of(const Plan& plan) {
  std::vector<std::string> specs;
  for (const Candidate& candidate : plan.candidates) specs.push_back(candidate.codec);
  return specs;
}

Table baseline_table(const Plan& plan) {
  Table table;
  table.all_specs = specs_of(plan);
  table.columns = {{"baseline", "baseline", Unit::kText},
                   {"split", "split", Unit::kName},
                   {"codec", "codec", Unit::kSpec},
                   {"latency_s", "latency", Unit::kSeconds},
                   {"payload_bytes", "payload", Unit::kBytes},
                   {"choice", "the choice is", Unit::kText}};
  const auto add = [&](const char* name, const std::optional<Candidate>& candidate) {
    if (!candidate || !candidate->estimate) return;
    const std::string versus = plan.chosen ? comparison(*plan.chosen, *candidate) : "-";
    table.rows.push_back({std::string(name), candidate->split, candidate->codec,
                          candidate->estimate->latency_s, candidate->estimate->payload_bytes,
                          versus});
  };
  add("device-only", plan.device_only);
  add("server-only", plan.server_only);
  add("raw-split", plan.raw_split);
  return table;
}

std::string rates_text(const PolicyRegion& region) {
  const bool has_low = region.rate_low_bps > 0;
  if (!region.rate_high_bps) return has_low ? "from " + format_rate(region.rate_low_bps) : "any";
  if (!has_low) return "below " + format_rate(*region.rate_high_bps);
  return format_rate(region.rate_low_bps) + " to " + format_rate(*region.rate_high_bps);
}

Table policy_table(const Plan& plan) {
  Table table;
  table.all_specs = specs_of(plan);
  table.columns = {{"rate", "uplink rate", Unit::kText},
                   {"split", "split", Unit::kName},
                   {"codec", "codec", Unit::kSpec},
                   {"here", "", Unit::kText}};
  for (const PolicyRegion& region : plan.policy) {
    const double rate = plan.link.rate_bps;
    const bool here =
        rate >= region.rate_low_bps && (!region.rate_high_bps || rate < *region.rate_high_bps);
    table.rows.push_back({rates_text(region), region.split.value_or("nothing is feasible"),
                          region.codec.value_or("-"), std::string(here ? "<- here" : "")});
  }
  return table;
}

// Feasible ones first, each group from the best objective.
std::vector<const Candidate*> ranked_losers(const Plan& plan) {
  std::vector<const Candidate*> losers;
  for (const Candidate& candidate : plan.candidates) {
    if (plan.chosen && same_choice(candidate, *plan.chosen)) continue;
    losers.push_back(&candidate);
  }
  const auto value = [&plan](const Candidate& candidate) {
    const std::optional<double> known =
        candidate.estimate ? objective_value(plan.objective, *candidate.estimate) : std::nullopt;
    return known.value_or(std::numeric_limits<double>::infinity());
  };
  std::stable_sort(losers.begin(), losers.end(), [&](const Candidate* a, const Candidate* b) {
    return std::make_pair(!a->feasible, value(*a)) < std::make_pair(!b->feasible, value(*b));
  });
  return losers;
}

// What one inference does not show: many of them, and how sure its latency is.
void append_capacity(Page& page, const Estimate& estimate) {
  std::string text;
  if (estimate.period_s > 0) {
    text = "Pipelined, one would end every " + format_duration(estimate.period_s) + " (" +
           format_plain(1 / estimate.period_s) + " a second).";
  }
  if (const auto& ci = estimate.latency_ci95) {
    text += " The measured compute times put the latency between " + format_duration(ci->low) +
            " and " + format_duration(ci->high) + " (95 %).";
  }
  if (estimate.device_memory_bytes) {
    text += " The device needs at least " + format_bytes(*estimate.device_memory_bytes) +
            " (modelled).";
  }
  if (!text.empty()) page.paragraph(text);
}

void append_choice(Page& page, const Plan& plan, ReportFormat format) {
  const auto feasible = std::count_if(plan.candidates.begin(), plan.candidates.end(),
                                      [](const Candidate& c) { return c.feasible; });
  if (!plan.chosen || !plan.chosen->estimate) {
    page.paragraph("No candidate keeps all constraints (" + std::to_string(plan.candidates.size()) +
                   " were tried).");
    if (!plan.nearest_miss.empty()) page.paragraph("Nearest miss: " + plan.nearest_miss + ".");
    return;
  }
  const Estimate& estimate = *plan.chosen->estimate;
  page.paragraph(what_to_do(*plan.chosen) + " That costs " + cost_text(estimate) + ".");
  const bool sum = plan.objective.form == Objective::Form::kWeighted;
  page.paragraph((sum ? "It has the least " : "It is the choice of ") + plan.objective.name +
                 " of " + std::to_string(feasible) + " feasible among " +
                 std::to_string(plan.candidates.size()) + " candidates.");
  page.heading("Latency by stage");
  if (format == ReportFormat::kText) {
    page.verbatim(stage_bars(estimate));
  } else {
    page.table(stage_table(estimate));
  }
  append_capacity(page, estimate);
  if (plan.runner_up && plan.runner_up->estimate) {
    page.paragraph("Runner-up: " + candidate_name(*plan.runner_up) + " at " +
                   cost_text(*plan.runner_up->estimate) + ".");
  }
}

void append_rejected(Page& page, const Plan& plan) {
  const std::vector<const Candidate*> losers = ranked_losers(plan);
  if (losers.empty()) return;
  page.heading("Best of the " + std::to_string(losers.size()) + " rejected");
  for (std::size_t i = 0; i < std::min(losers.size(), kTopRejected); ++i) {
    page.bullet(candidate_name(*losers[i]) + ": " + losers[i]->rejected_because);
  }
}

Table candidates_for_programs(const Plan& plan) {
  Table table;
  table.columns = {{"split", "", Unit::kName},           {"codec", "", Unit::kSpec},
                   {"chosen", "", Unit::kText},          {"feasible", "", Unit::kText},
                   {"latency_s", "", Unit::kSeconds},    {"device_s", "", Unit::kSeconds},
                   {"encode_s", "", Unit::kSeconds},     {"uplink_s", "", Unit::kSeconds},
                   {"server_s", "", Unit::kSeconds},     {"decode_s", "", Unit::kSeconds},
                   {"downlink_s", "", Unit::kSeconds},   {"energy_j", "", Unit::kJoules},
                   {"payload_bytes", "", Unit::kBytes},  {"accuracy_loss", "", Unit::kFraction},
                   {"rejected_because", "", Unit::kText}};
  for (const Candidate& candidate : plan.candidates) {
    const bool chosen = plan.chosen && same_choice(candidate, *plan.chosen);
    std::vector<Value> row = {candidate.split, candidate.codec,
                              std::string(chosen ? "true" : "false"),
                              std::string(candidate.feasible ? "true" : "false")};
    if (candidate.estimate) {
      const Estimate& e = *candidate.estimate;
      row.insert(row.end(), {e.latency_s, e.device_s, e.encode_s, e.uplink_s, e.server_s,
                             e.decode_s, e.downlink_s, e.energy_j ? Value(*e.energy_j) : Value(),
                             e.payload_bytes, e.accuracy_loss});
    }
    row.resize(table.columns.size() - 1);
    row.push_back(candidate.rejected_because);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::string render(const Plan& plan, ReportFormat format) {
  if (format == ReportFormat::kCsv) return csv_table(candidates_for_programs(plan));
  Page page(format);
  page.title("Plan for " + plan.model_name);
  page.paragraph(conditions_text(plan));
  append_choice(page, plan, format);
  if (!plan.binding_constraint.empty()) {
    page.paragraph("Binding constraint: " + plan.binding_constraint +
                   (plan.chosen ? "; without it a better choice would be within reach."
                                : "; without it there would be a feasible choice."));
  }
  if (plan.chosen && plan.chosen->estimate) append_explanation(page, plan);
  append_trace(page, plan);
  page.heading("Against the baselines");
  page.table(baseline_table(plan));
  if (!plan.policy.empty()) {
    page.heading("Best choice by uplink rate");
    page.table(policy_table(plan));
    append_crossings(page, plan);
  }
  append_front(page, plan);
  append_rejected(page, plan);
  append_search(page, plan);
  page.heading("What is measured and what is modelled");
  page.paragraph(provenance_text(plan));
  for (const std::string& warning : plan.warnings) page.bullet("warning: " + warning);
  return page.take();
}

}  // namespace splitbench
