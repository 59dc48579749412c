#include "pipeline/sweep_pace.h"

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
    mean_macs_ += cell.tail_macs / static_cast<double>(cells_.size());
  }
}

double SweepPace::size(const CellWork& cell) const {
  return (mean_bytes_ > 0 ? cell.boundary_bytes / mean_bytes_ : 0) +
         (mean_macs_ > 0 ? cell.tail_macs / mean_macs_ : 0);
}

void SweepPace::expect(std::vector<CellWork> left) {
  cells_.resize(done_);
  cells_.insert(cells_.end(), left.begin(), left.end());
}

void SweepPace::cell_done(double seconds, std::size_t images) {
  const CellWork& cell = cells_.at(done_++);
  images_ += static_cast<double>(images);
  for (Total* total : {&all_, &codecs_[cell.codec]}) {
    total->seconds += seconds;
    total->size += size(cell);
  }
}

std::optional<double> SweepPace::left_s() const {
  if (done_ == 0) return std::nullopt;
  double left = 0;
  for (std::size_t i = done_; i < cells_.size(); ++i) {
    const auto seen = codecs_.find(cells_[i].codec);
    const Total& total = seen == codecs_.end() ? all_ : seen->second;
    if (total.size > 0) left += total.seconds / total.size * size(cells_[i]);
  }
  return left;
}

std::optional<double> SweepPace::images_per_s() const {
  if (all_.seconds <= 0 || images_ <= 0) return std::nullopt;
  return images_ / all_.seconds;
}

}  // namespace splitbench
