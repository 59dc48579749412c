#include "plan/forecast.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace splitbench {
namespace {

constexpr double kEnough = 10;
constexpr double kClassesPerOctave = 2;

int class_of(double rate_bps) {
  return static_cast<int>(std::floor(kClassesPerOctave * std::log2(rate_bps)));
}

}  // namespace

Forecast::Forecast(const StepTrace& rate, const PolicyTable& table,
                   std::vector<EntryTransfer> transfers)
    : rate_(rate), table_(table), transfers_(std::move(transfers)) {}

// Nothing on a link overtakes, so requests end in the order in which they start.
void Forecast::learn(double now_s) {
  while (!under_way_.empty() && under_way_.front().end_s <= now_s) {
    const Request& request = under_way_.front();
    Seen& seen = seen_[request.rate_class];
    seen.sums.resize(transfers_.size(), 0);
    for (std::size_t i = 0; i < transfers_.size(); ++i) seen.sums[i] += request.inverse[i];
    ++seen.count;
    under_way_.pop_front();
  }
}

void Forecast::start(double now_s, int rate_class) {
  Request request;
  request.rate_class = rate_class;
  request.end_s = now_s;
  for (const EntryTransfer& transfer : transfers_) {
    const double start_s = now_s + transfer.after_s;
    const double sending_s = rate_.time_to_add_up(start_s, transfer.bits);
    request.inverse.push_back(transfer.bits > 0 ? sending_s / transfer.bits : 0);
    request.end_s = std::max(request.end_s, start_s + sending_s);
  }
  under_way_.push_back(std::move(request));
}

std::size_t Forecast::choose(double now_s, double rate_bps, double w) {
  learn(now_s);
  const int rate_class = class_of(rate_bps);
  start(now_s, rate_class);
  const auto seen = seen_.find(rate_class);
  if (seen == seen_.end() || seen->second.count < kEnough) {
    return table_.entries.empty() ? kNoEntry
                                  : best_entry(table_, 1 / rate_bps, w, table_.entries[0].batch);
  }
  std::size_t best = kNoEntry;
  double best_value = 0;
  for (std::size_t i = 0; i < table_.entries.size(); ++i) {
    const PolicyEntry& entry = table_.entries[i];
    const double x = seen->second.sums[i] / seen->second.count;
    const double value = entry.value.at(x, w);
    if (best != kNoEntry && value >= best_value) continue;
    if (!keeps_bounds(table_, entry, x, w)) continue;
    best = i;
    best_value = value;
  }
  return best;
}

}  // namespace splitbench
