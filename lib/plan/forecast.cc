#include "plan/forecast.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace splitbench {
namespace {

constexpr double kEnoughBlocks = 4;
constexpr double kBlockSamples = 8;
constexpr double kSamplesPerTransfer = 8;
constexpr double kErrors = 2;
constexpr double kShortestS = 1e-3;  // between samples, where next to nothing is sent
constexpr double kClassesPerOctave = 2;

int class_of(double rate_bps) {
  return static_cast<int>(std::floor(kClassesPerOctave * std::log2(rate_bps)));
}

}  // namespace

Forecast::Forecast(const StepTrace& rate, const PolicyTable& table,
                   std::vector<EntryTransfer> transfers, std::size_t home)
    : rate_(rate),
      table_(table),
      transfers_(std::move(transfers)),
      home_(home),
      hints_(transfers_.size()),
      block_(transfers_.size(), 0) {}

// Nothing on a link overtakes, so samples end in the order in which they start.
void Forecast::learn(double now_s) {
  while (!under_way_.empty() && under_way_.front().end_s <= now_s) {
    const Sample& sample = under_way_.front();
    if (sample.rate_class != block_class_ || block_count_ == kBlockSamples) close_block();
    block_class_ = sample.rate_class;
    for (std::size_t i = 0; i < block_.size(); ++i) block_[i] += sample.inverse[i];
    ++block_count_;
    const double sending_s = sample.inverse[last_choice_] * transfers_[last_choice_].bits;
    spacing_s_ = std::max(sending_s / kSamplesPerTransfer, kShortestS);
    under_way_.pop_front();
  }
}

void Forecast::close_block() {
  if (block_count_ == 0) return;
  const std::size_t n = block_.size();
  Seen& seen = seen_[block_class_];
  seen.sums.resize(n, 0);
  seen.counted.resize(n, 0);
  seen.squares.resize(n, 0);
  seen.with_home.resize(n, 0);
  const double home = home_ == kNoEntry ? 0 : block_[home_];
  for (std::size_t i = 0; i < n; ++i) {
    seen.sums[i] += block_[i];
    seen.counted[i] += block_count_ * block_[i];
    seen.squares[i] += block_[i] * block_[i];
    seen.with_home[i] += block_[i] * home;
  }
  seen.count += block_count_;
  seen.squared_count += block_count_ * block_count_;
  ++seen.blocks;
  seen.fresh = false;
  std::fill(block_.begin(), block_.end(), 0);
  block_count_ = 0;
}

void Forecast::start(double now_s, int rate_class) {
  if (now_s < next_sample_s_ || transfers_.empty()) return;
  Sample sample;
  sample.rate_class = rate_class;
  sample.end_s = now_s;
  sample.inverse.reserve(transfers_.size());
  for (std::size_t i = 0; i < transfers_.size(); ++i) {
    const EntryTransfer& transfer = transfers_[i];
    const double start_s = now_s + transfer.after_s;
    const double sending_s = rate_.time_to_add_up(start_s, transfer.bits, hints_[i]);
    sample.inverse.push_back(transfer.bits > 0 ? sending_s / transfer.bits : 0);
    sample.end_s = std::max(sample.end_s, start_s + sending_s);
  }
  under_way_.push_back(std::move(sample));
  next_sample_s_ = now_s + spacing_s_;
}

double Forecast::mean_cost(const Seen& seen, std::size_t i, double w) const {
  return table_.entries[i].value.at(seen.sums[i] / seen.count, w);
}

double Forecast::sure_gain(const Seen& seen, std::size_t i, double w) const {
  const double gain = mean_cost(seen, home_, w) - mean_cost(seen, i, w);
  // Of d = a * x_home - b * x_i, summed over blocks of different counts: the variance of a ratio.
  const double a = table_.entries[home_].value.per_x, b = table_.entries[i].value.per_x;
  const double mean = (a * seen.sums[home_] - b * seen.sums[i]) / seen.count;
  const double squares =
      a * a * seen.squares[home_] - 2 * a * b * seen.with_home[i] + b * b * seen.squares[i];
  const double with_count = a * seen.counted[home_] - b * seen.counted[i];
  const double spread = squares - 2 * mean * with_count + mean * mean * seen.squared_count;
  const double variance =
      std::max(spread, 0.0) / (seen.count * seen.count) * seen.blocks / (seen.blocks - 1);
  return gain - kErrors * std::sqrt(variance);
}

std::size_t Forecast::best_of(const Seen& seen, double w) const {
  const auto allowed = [&](std::size_t i) {
    return keeps_bounds(table_, table_.entries[i], seen.sums[i] / seen.count, w);
  };
  const bool guarded = home_ != kNoEntry && allowed(home_);
  std::size_t best = guarded ? home_ : kNoEntry;
  double best_value = 0;  // of the home; else a cost, turned round
  for (std::size_t i = 0; i < table_.entries.size(); ++i) {
    if (i == best || !allowed(i)) continue;
    const double value = guarded ? sure_gain(seen, i, w) : -mean_cost(seen, i, w);
    if (best != kNoEntry && value <= best_value) continue;
    best = i;
    best_value = value;
  }
  return best;
}

std::size_t Forecast::choose(double now_s, double rate_bps, double w) {
  if (table_.entries.empty()) return kNoEntry;
  learn(now_s);
  const int rate_class = class_of(rate_bps);
  start(now_s, rate_class);
  const auto found = seen_.find(rate_class);
  std::size_t choice = home_;
  if (found != seen_.end() && found->second.blocks >= kEnoughBlocks) {
    Seen& seen = found->second;
    if (!seen.fresh || seen.w != w) seen.choice = best_of(seen, w);
    seen.fresh = true;
    seen.w = w;
    choice = seen.choice;
  } else if (home_ == kNoEntry) {
    choice = best_entry(table_, 1 / rate_bps, w, table_.entries[0].batch);
  }
  if (choice != kNoEntry) last_choice_ = choice;
  return choice;
}

}  // namespace splitbench
