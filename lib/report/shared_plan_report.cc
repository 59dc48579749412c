#include "report/shared_plan_report.h"

#include <optional>

#include "base/units.h"
#include "report/page.h"

namespace splitbench {
namespace {

Value optional_value(const std::optional<double>& value) { return value ? Value(*value) : Value(); }

Value share_value(double share) { return share > 0 ? Value(share) : Value(); }

Table user_table(const SharedPlan& plan) {
  Table table;
  table.columns = {{"user", "user", Unit::kName},
                   {"split", "split", Unit::kText},
                   {"codec", "codec", Unit::kSpec},
                   {"latency_s", "latency", Unit::kSeconds},
                   {"deadline_s", "deadline", Unit::kSeconds},
                   {"alone_s", "alone", Unit::kSeconds},
                   {"server_share", "of server", Unit::kFraction},
                   {"link_share", "of link", Unit::kFraction},
                   {"accuracy_loss", "loss", Unit::kFraction}};
  for (const UserPlan& user : plan.users) {
    const Estimate* estimate =
        user.chosen && user.chosen->estimate ? &*user.chosen->estimate : nullptr;
    table.rows.push_back({user.name, user.chosen ? Value(user.chosen->split) : Value(),
                          user.chosen ? Value(user.chosen->codec) : Value(),
                          estimate != nullptr ? Value(estimate->latency_s) : Value(),
                          optional_value(user.constraints.max_latency_s),
                          optional_value(user.alone_s), share_value(user.server_share),
                          share_value(user.link_share),
                          estimate != nullptr ? Value(estimate->accuracy_loss) : Value()});
  }
  return table;
}

std::string outcome_text(const SharedPlan& plan) {
  if (!plan.cost_s) return "No plan: " + plan.infeasible_because + ".";
  std::string text = "The weighted sum of latencies is " + format_duration(*plan.cost_s);
  if (plan.exact) return text + ", and no other choice and shares have less.";
  if (plan.bound_s) {
    text += ". Not all choices could be tried; none has less than " +
            format_duration(*plan.bound_s) + " (" +
            format_percent(1 - *plan.bound_s / *plan.cost_s) + " less).";
  }
  return text;
}

std::string model_text(const SharedPlan& plan) {
  std::string text =
      "Each user is guaranteed its share of the server's time and waits only for requests of its "
      "own. Time that others leave idle is not counted on.";
  if (plan.server_load > 0) {
    text += " Strangers take " + format_percent(plan.server_load) + " of the server.";
  }
  if (plan.shared_link) {
    text += " The uplink of " + format_rate(plan.shared_link->rate_bps) +
            " is shared in the same way by those with a share of it.";
  }
  return text + " All is modelled from measured times and bytes.";
}

}  // namespace

std::string render(const SharedPlan& plan, ReportFormat format) {
  if (format == ReportFormat::kCsv) return csv_table(user_table(plan));
  Page page(format);
  page.title("Plan for " + std::to_string(plan.users.size()) +
             (plan.users.size() == 1 ? " user" : " users") + " of one server");
  page.paragraph(outcome_text(plan));
  page.table(user_table(plan));
  page.paragraph(model_text(plan));
  for (const std::string& warning : plan.warnings) page.bullet("warning: " + warning);
  return page.take();
}

}  // namespace splitbench
