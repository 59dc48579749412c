#include "core/race.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr double kPayloadShare = 0.1;  // of alpha: payloads are told apart in few images
constexpr double kLeadersShare = 0.5;  // of a cell's weights
// At a time: enough to keep several threads or ranks busy, few enough that most can be stopped by
// those before them.
constexpr std::size_t kFollowers = 8;
constexpr double kNoGain = 1;  // image: what one that is as good as always right may have lost

PairedCounts paired_counts(const std::vector<std::uint8_t>& first,
                           const std::vector<std::uint8_t>& second, std::size_t images) {
  PairedCounts counts{images, 0, 0};
  for (std::size_t i = 0; i < images; ++i) {
    counts.only_first += first[i] > second[i] ? 1 : 0;
    counts.only_second += second[i] > first[i] ? 1 : 0;
  }
  return counts;
}

double mean_of_first(const std::vector<double>& values, std::size_t count) {
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(count);
  return std::accumulate(values.begin(), end, 0.0) / static_cast<double>(count);
}

}  // namespace

double default_race_margin(std::size_t images) {
  return 0.75 / std::sqrt(static_cast<double>(images));
}

Race::Race(std::vector<std::string> groups, RaceOrder order, RaceSettings settings)
    : order_(std::move(order)), settings_(settings), cells_(groups.size()) {
  for (std::size_t i = 0; i < groups.size(); ++i) cells_[i].group = std::move(groups[i]);
  plan();
}

bool Race::running(std::size_t cell) const { return cells_[cell].state == State::kRunning; }

double Race::accuracy_level() const {
  return (1 - kPayloadShare) * settings_.alpha / static_cast<double>(cells_.size());
}

double Race::payload_level() const {
  const auto cells = static_cast<double>(cells_.size());
  return kPayloadShare * settings_.alpha / (cells * cells);
}

std::vector<std::size_t> Race::who_is_next() const {
  std::vector<std::size_t> all, leaders, followers;
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    if (chasing(cells_[cell])) (cells_[cell].leads ? leaders : all).push_back(cell);
  }
  if (!leaders.empty()) return leaders;
  if (cheapest_first_.empty()) return all;
  for (const std::size_t cell : cheapest_first_) {
    if (chasing(cells_[cell]) && followers.size() < kFollowers) followers.push_back(cell);
  }
  return followers;
}

void Race::plan() {
  next_.clear();
  for (const std::size_t cell : who_is_next()) next_.push_back({cell, cells_[cell].batches});
}

std::vector<RaceStop> Race::advance(const std::vector<RaceResults>& results) {
  check(results);
  std::size_t seen = 0;
  for (const RaceStep& step : next_) {
    take(cells_[step.cell], results[step.cell]);
    seen = step.batch + 1;
  }
  std::vector<RaceStop> stops;
  if (!cheapest_first_.empty()) {
    stops = stop_dominated();
  } else if (seen == order_.fair) {
    end_fair_batches();
  }
  plan();
  return stops;
}

void Race::check(const std::vector<RaceResults>& results) const {
  if (results.size() != cells_.size()) {
    throw bad_input("a race of " + std::to_string(cells_.size()) + " cells was given results of " +
                    std::to_string(results.size()));
  }
  for (const RaceStep& step : next_) {
    const std::size_t images = order_.ends[step.batch] - order_.begin(step.batch);
    const RaceResults& seen = results[step.cell];
    if (seen.correct.size() == images && seen.payload_bytes.size() == images) continue;
    throw bad_input("cell " + std::to_string(step.cell) + " of a race has not seen the " +
                    std::to_string(images) + " images of batch " + std::to_string(step.batch));
  }
}

void Race::take(Contestant& cell, const RaceResults& results) const {
  RaceResults& own = cell.results;
  own.correct.insert(own.correct.end(), results.correct.begin(), results.correct.end());
  own.payload_bytes.insert(own.payload_bytes.end(), results.payload_bytes.begin(),
                           results.payload_bytes.end());
  ++cell.batches;
}

void Race::end_fair_batches() {
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    Contestant& own = cells_[cell];
    const RaceResults& seen = own.results;
    own.bytes = std::accumulate(seen.payload_bytes.begin(), seen.payload_bytes.end(), 0.0);
    own.right = std::accumulate(seen.correct.begin(), seen.correct.end(), 0.0);
    cheapest_first_.push_back(cell);
  }
  std::stable_sort(cheapest_first_.begin(), cheapest_first_.end(),
                   [&](std::size_t a, std::size_t b) { return cells_[a].bytes < cells_[b].bytes; });
  for (Contestant& cell : cells_) cell.leads = chasing(cell) && !dominated(cell);
  for (Contestant& cell : cells_) weigh_claims(cell);
}

// By another of its group, on the fair batches; of equal ones by the first.
bool Race::dominated(const Contestant& cell) const {
  return std::any_of(cells_.begin(), cells_.end(), [&](const Contestant& other) {
    return other.state == State::kRunning && other.group == cell.group &&
           other.bytes <= cell.bytes && other.right >= cell.right &&
           (other.bytes < cell.bytes || other.right > cell.right || &other < &cell);
  });
}

void Race::weigh_claims(Contestant& cell) const {
  double rivals[2] = {0, 0};
  for (const Contestant& other : cells_) {
    if (&other != &cell && other.state == State::kRunning && other.group == cell.group &&
        other.bytes <= cell.bytes) {
      ++rivals[other.leads ? 1 : 0];
    }
  }
  cell.log_weights[0] = std::log((1 - kLeadersShare) / rivals[0]);
  cell.log_weights[1] = std::log(kLeadersShare / rivals[1]);
}

// Against those that have seen all images since the last time.
void Race::make_claims(Contestant& cell) {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Contestant& other = cells_[i];
    const bool claimed = std::any_of(cell.claims.begin(), cell.claims.end(),
                                     [&](const Claim& claim) { return claim.challenger == i; });
    if (claimed || other.state != State::kRunning || !finished(other) ||
        other.group != cell.group || other.bytes > cell.bytes) {
      continue;
    }
    cell.claims.push_back({i, cell.log_weights[other.leads ? 1 : 0],
                           RaceClaim(order_, other.results, settings_.margin)});
  }
}

bool Race::proven(const Claim& claim) const {
  // Two tests each, of the accuracies and of the bytes.
  const double half = std::log(0.5);
  return running(claim.challenger) &&
         claim.log_weight + half + claim.tests.accuracy_evidence() >= -std::log(accuracy_level()) &&
         half + claim.tests.payload_evidence() >= -std::log(payload_level());
}

// Of those that have just seen a batch and do not lead.
std::vector<RaceStop> Race::stop_dominated() {
  std::vector<RaceStop> stops;
  for (const RaceStep& step : next_) {
    Contestant& cell = cells_[step.cell];
    if (cell.leads || !chasing(cell)) continue;
    const Claim* claim = best_claim(cell);
    if (claim != nullptr) stops.push_back(stop(step.cell, *claim));
  }
  return stops;
}

// The claim that stops the cell, of several the one that it is least likely to refute; or none.
const Race::Claim* Race::best_claim(Contestant& cell) {
  make_claims(cell);
  const Claim* best = nullptr;
  for (Claim& claim : cell.claims) {
    claim.tests.observe(cell.results, cell.batches);
    if (!proven(claim) || claim.tests.expected_gain() > kNoGain) continue;
    if (best == nullptr || claim.tests.expected_gain() < best->tests.expected_gain()) best = &claim;
  }
  return best;
}

RaceStop Race::stop(std::size_t cell, const Claim& claim) {
  Contestant& loser = cells_[cell];
  const Contestant& winner = cells_[claim.challenger];
  const std::size_t images = loser.results.correct.size();
  Domination evidence;
  evidence.accuracy = paired_counts(winner.results.correct, loser.results.correct, images);
  evidence.payload_bytes = mean_of_first(loser.results.payload_bytes, images);
  evidence.dominating_payload_bytes = mean_of_first(winner.results.payload_bytes, images);
  evidence.margin = settings_.margin;
  evidence.accuracy_p = 2 * std::exp(-claim.log_weight - claim.tests.accuracy_evidence());
  evidence.accuracy_level = accuracy_level();
  evidence.payload_p = 2 * std::exp(-claim.tests.payload_evidence());
  evidence.payload_level = payload_level();
  const RaceStop stop{cell, claim.challenger, evidence};
  loser.state = State::kStopped;
  loser.claims = std::vector<Claim>();
  return stop;
}

void Race::withdraw(std::size_t cell) {
  cells_[cell].state = State::kWithdrawn;
  next_.erase(std::remove_if(next_.begin(), next_.end(),
                             [&](const RaceStep& step) { return step.cell == cell; }),
              next_.end());
}

}  // namespace splitbench
