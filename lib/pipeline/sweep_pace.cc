#include "pipeline/sweep_pace.h"

#include <algorithm>
#include <utility>

#include "base/units.h"

namespace splitbench {

std::string rate_text(double rate) {
  constexpr double kWhole = 10;
  return rate < kWhole ? format_plain(rate) : std::to_string(static_cast<long long>(rate));
}

SweepPace::SweepPace(std::vector<CellWork> cells) : cells_(std::move(cells)) {
  for (const CellWork& cell : cells_) {
    mean_bytes_ += cell.boundary_bytes / static_cast<double>(cells_.size());
    mean_tail_s_ += cell.tail.in_batch_s / static_cast<double>(cells_.size());
  }
}

double SweepPace::size(const CellWork& cell) const {
  return (mean_bytes_ > 0 ? cell.boundary_bytes / mean_bytes_ : 0) +
         (mean_tail_s_ > 0 ? cell.tail.in_batch_s / mean_tail_s_ : 0);
}

void SweepPace::expect(std::vector<CellWork> left) {
  cells_.resize(done_);
  cells_.insert(cells_.end(), left.begin(), left.end());
}

void SweepPace::Total::add(double its_seconds, double its_amount) {
  seconds += its_seconds;
  amount += its_amount;
}

void SweepPace::cell_done(const CellSeconds& seconds, std::size_t images) {
  const CellWork& cell = cells_.at(done_++);
  images_ += static_cast<double>(images);
  seconds_ += seconds.all;
  const double measuring = std::max(seconds.all - seconds.gradients - seconds.fitting, 0.0);
  // Without a tail, all of it is the codec's.
  const double coding = cell.tail.in_batch_s > 0 ? std::min(seconds.coding, measuring) : measuring;
  for (Total* total : {&coding_, &codecs_[cell.codec]}) total->add(coding, cell.boundary_bytes);
  tails_.add(measuring - coding, cell.tail.in_batch_s);
  if (!cell.fits) return;
  gradients_.add(seconds.gradients, cell.tail.alone_s);
  fitting_.add(seconds.fitting, size(cell));
}

// The mean over all codecs where nothing is known of this one.
double SweepPace::coding_rate(const std::string& codec) const {
  const auto seen = codecs_.find(codec);
  return (seen == codecs_.end() ? coding_ : seen->second).rate();
}

std::optional<double> SweepPace::left_s() const {
  if (done_ == 0) return std::nullopt;
  double left = 0;
  for (std::size_t i = done_; i < cells_.size(); ++i) {
    const CellWork& cell = cells_[i];
    left += coding_rate(cell.codec) * cell.boundary_bytes + tails_.rate() * cell.tail.in_batch_s;
    if (cell.fits) left += gradients_.rate() * cell.tail.alone_s + fitting_.rate() * size(cell);
  }
  return left;
}

std::optional<double> SweepPace::images_per_s() const {
  if (seconds_ <= 0 || images_ <= 0) return std::nullopt;
  return images_ / seconds_;
}

}  // namespace splitbench
