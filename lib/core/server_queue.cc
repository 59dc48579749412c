#include "core/server_queue.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"

namespace splitbench {
namespace {

constexpr double kMaxMultiplier = 1e6;
constexpr double kMaxCv = 1e3;

double mean_residual(const ServerQueue& queue) {
  return (1 + queue.service_cv * queue.service_cv) / 2;
}

}  // namespace

ServerQueue parse_queue(const std::string& text) {
  const Spec spec = parse_spec(text);
  const auto cv = spec.options.find("cv");
  const bool has_cv = cv != spec.options.end();
  if (spec.name == "mg1" && has_cv && spec.options.size() == 1) {
    const double value = parse_number(cv->second, "queue '" + text + "', cv");
    if (!(value >= 0 && value <= kMaxCv)) {
      throw bad_input("queue '" + text + "': cv must be 0 to " + format_number(kMaxCv));
    }
    return {QueueKind::kMg1, value};
  }
  if (spec.options.empty()) {
    if (spec.name == "mm1") return {QueueKind::kMm1, 1};
    if (spec.name == "md1") return {QueueKind::kMg1, 0};
    if (spec.name == "multiplier") return {QueueKind::kMultiplier, 1};
  }
  throw bad_input("no queue '" + text + "'" +
                  suggestion(spec.name, {"mm1", "md1", "mg1", "multiplier"}) +
                  "; write mm1, md1, mg1:cv=0.5 or multiplier");
}

std::string queue_text(const ServerQueue& queue) {
  if (queue.kind == QueueKind::kMultiplier) return "multiplier";
  if (queue.kind == QueueKind::kMm1) return "mm1";
  return queue.service_cv == 0 ? "md1" : "mg1:cv=" + format_number(queue.service_cv);
}

void check_load(const ServerQueue& queue, double load) {
  // Written so that NaN fails too.
  if (queue.kind == QueueKind::kMultiplier) {
    if (load >= 0 && load <= kMaxMultiplier) return;
    throw bad_input("server load is " + format_number(load) + "; it must be 0 to " +
                    format_number(kMaxMultiplier) + " (2: two others share the processor)");
  }
  if (load >= 0 && load < 1) return;
  throw bad_input("server load is " + format_number(load) +
                  "; it must be at least 0 and below 1 (0.5: half of the server is busy)");
}

double waiting_factor(const ServerQueue& queue, double load) {
  if (queue.kind == QueueKind::kMultiplier) return load;
  const double waiting = load / (1 - load);
  return queue.kind == QueueKind::kMm1 ? waiting : waiting * mean_residual(queue);
}

double load_of_waiting(const ServerQueue& queue, double w) {
  if (queue.kind == QueueKind::kMultiplier) return w;
  const double waiting = queue.kind == QueueKind::kMm1 ? w : w / mean_residual(queue);
  return waiting / (1 + waiting);
}

}  // namespace splitbench
