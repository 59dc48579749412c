#include "core/race.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr double kPayloadShare = 0.1;  // of alpha: payloads are told apart in few images
constexpr double kLeadersShare = 0.5;  // of a cell's weights
constexpr double kWorstAccuracyDifference = -1;

template <typename Value>
std::vector<double> differences(const std::vector<Value>& a, const std::vector<Value>& b,
                                std::size_t first) {
  std::vector<double> result;
  result.reserve(a.size() - first);
  for (std::size_t i = first; i < a.size(); ++i) {
    result.push_back(static_cast<double>(a[i]) - static_cast<double>(b[i]));
  }
  return result;
}

PairedCounts paired_counts(const std::vector<std::uint8_t>& first,
                           const std::vector<std::uint8_t>& second) {
  PairedCounts counts{first.size(), 0, 0};
  for (std::size_t i = 0; i < first.size(); ++i) {
    counts.only_first += first[i] > second[i] ? 1 : 0;
    counts.only_second += second[i] > first[i] ? 1 : 0;
  }
  return counts;
}

}  // namespace

double default_race_margin(std::size_t images) {
  return 0.75 / std::sqrt(static_cast<double>(images));
}

double Race::Claim::log_evidence() const { return std::log(weight) + accuracy.log_evidence(); }

Race::Race(std::vector<std::string> groups, std::size_t images, RaceSettings settings)
    : cells_(groups.size()), images_(images), settings_(settings) {
  for (std::size_t i = 0; i < groups.size(); ++i) cells_[i].group = std::move(groups[i]);
}

double Race::accuracy_level() const {
  return (1 - kPayloadShare) * settings_.alpha / static_cast<double>(cells_.size());
}

double Race::payload_level() const {
  const auto cells = static_cast<double>(cells_.size());
  return kPayloadShare * settings_.alpha / (cells * cells);
}

std::vector<RaceStop> Race::advance(const std::vector<RaceResults>& batch) {
  const std::size_t first = seen_;
  take(batch);
  // Whoever has seen everything has nothing left to save.
  if (seen_ == images_) return {};
  if (first == 0) {
    const std::vector<bool> leading = leaders();
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      if (running(cell)) make_claims(cell, leading);
    }
    return {};
  }
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    if (stoppable(cell)) place_bets(cell, first);
  }
  return stop_dominated();
}

void Race::take(const std::vector<RaceResults>& batch) {
  std::size_t images = 0;
  for (std::size_t cell = 0; cell < cells_.size() && cell < batch.size(); ++cell) {
    if (running(cell)) images = std::max(images, batch[cell].correct.size());
  }
  if (batch.size() != cells_.size() || images > images_ - seen_) {
    throw bad_input("a race of " + std::to_string(cells_.size()) + " cells with " +
                    std::to_string(images_ - seen_) + " images to go was given results of " +
                    std::to_string(batch.size()) + " cells on " + std::to_string(images));
  }
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    const RaceResults& results = batch[cell];
    if (running(cell) &&
        (results.correct.size() != images || results.payload_bytes.size() != images)) {
      throw bad_input("cell " + std::to_string(cell) + " of a race has not seen all " +
                      std::to_string(images) + " images of the batch");
    }
  }
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    if (!running(cell)) continue;
    Contestant& own = cells_[cell];
    for (std::size_t i = 0; i < images; ++i) {
      own.correct.push_back(batch[cell].correct[i]);
      own.payload_bytes.push_back(batch[cell].payload_bytes[i]);
      own.right += batch[cell].correct[i];
      own.bytes += batch[cell].payload_bytes[i];
    }
  }
  seen_ += images;
}

// Cells that no other of their group dominates in what was seen.
std::vector<bool> Race::leaders() const {
  std::vector<bool> leading(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Contestant& own = cells_[i];
    leading[i] = running(i) && std::none_of(cells_.begin(), cells_.end(), [&](const auto& other) {
                   return other.state == State::kRunning && other.group == own.group &&
                          other.bytes <= own.bytes && other.right >= own.right &&
                          (other.bytes < own.bytes || other.right > own.right);
                 });
  }
  return leading;
}

void Race::make_claims(std::size_t cell, const std::vector<bool>& leaders) {
  Contestant& own = cells_[cell];
  std::size_t leading = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Contestant& other = cells_[i];
    if (i == cell || !running(i) || other.group != own.group || other.bytes > own.bytes) continue;
    Claim claim{i, 0, TestMartingale(images_, -settings_.margin, kWorstAccuracyDifference),
                nullptr};
    const PairedCounts counts = paired_counts(other.correct, own.correct);
    claim.accuracy.observe(1, counts.only_first);
    claim.accuracy.observe(-1, counts.only_second);
    claim.accuracy.observe(0, seen_ - counts.only_first - counts.only_second);
    own.claims.push_back(std::move(claim));
    leading += leaders[i] ? 1 : 0;
  }
  const std::size_t trailing = own.claims.size() - leading;
  for (Claim& claim : own.claims) {
    claim.weight = leaders[claim.challenger] ? kLeadersShare / static_cast<double>(leading)
                                             : (1 - kLeadersShare) / static_cast<double>(trailing);
  }
}

void Race::place_bets(std::size_t cell, std::size_t first_image) {
  Contestant& own = cells_[cell];
  for (Claim& claim : own.claims) {
    if (!running(claim.challenger)) continue;
    const Contestant& other = cells_[claim.challenger];
    claim.accuracy.bet(differences(other.correct, own.correct, first_image));
    if (claim.payload) {
      claim.payload->bet(differences(own.payload_bytes, other.payload_bytes, first_image));
    } else if (claim.log_evidence() > 0) {
      claim.payload = std::make_unique<TestMartingale>(images_, 0, std::nullopt);
      for (const double more : differences(own.payload_bytes, other.payload_bytes, 0)) {
        claim.payload->observe(more, 1);
      }
    }
  }
}

bool Race::proven(const Claim& claim) const {
  return running(claim.challenger) && claim.log_evidence() >= -std::log(accuracy_level()) &&
         claim.payload && claim.payload->log_evidence() >= -std::log(payload_level());
}

bool Race::may_stop(std::size_t cell, const Claim& claim) const {
  return proven(claim) && cells_[claim.challenger].right >= cells_[cell].right;
}

// Whoever stops a cell has to stay to the end, so that few should do it: those that stay already,
// then those that could stop most, rather not any that could be stopped themselves.
std::vector<RaceStop> Race::stop_dominated() {
  std::vector<std::size_t> victims(cells_.size());
  std::vector<bool> losing(cells_.size());
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    if (!stoppable(cell)) continue;
    for (const Claim& claim : cells_[cell].claims) {
      if (!may_stop(cell, claim)) continue;
      losing[cell] = true;
      ++victims[claim.challenger];
    }
  }
  const auto merit = [&](const Claim& claim) {
    const std::size_t challenger = claim.challenger;
    return std::make_tuple(!cells_[challenger].stopped.empty(), !losing[challenger],
                           victims[challenger], claim.log_evidence());
  };
  std::vector<RaceStop> stops;
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    if (!losing[cell] || !stoppable(cell)) continue;
    const Claim* best = nullptr;
    for (const Claim& claim : cells_[cell].claims) {
      if (may_stop(cell, claim) && (best == nullptr || merit(claim) > merit(*best))) best = &claim;
    }
    if (best != nullptr) stops.push_back(stop(cell, *best));
  }
  return stops;
}

RaceStop Race::stop(std::size_t cell, const Claim& claim) {
  Contestant& loser = cells_[cell];
  Contestant& winner = cells_[claim.challenger];
  Domination evidence;
  evidence.accuracy = paired_counts(winner.correct, loser.correct);
  evidence.payload_bytes = loser.bytes / static_cast<double>(seen_);
  evidence.dominating_payload_bytes = winner.bytes / static_cast<double>(seen_);
  evidence.margin = settings_.margin;
  evidence.accuracy_p = std::exp(-claim.log_evidence());
  evidence.accuracy_level = accuracy_level();
  evidence.payload_p = std::exp(-claim.payload->log_evidence());
  evidence.payload_level = payload_level();
  const RaceStop stop{cell, claim.challenger, evidence};
  winner.stopped.push_back(cell);
  loser.state = State::kStopped;
  loser.claims = std::vector<Claim>();
  return stop;
}

std::vector<std::size_t> Race::withdraw(std::size_t cell) {
  Contestant& failed = cells_[cell];
  failed.state = State::kWithdrawn;
  for (const std::size_t freed : failed.stopped) cells_[freed].state = State::kWithdrawn;
  return std::move(failed.stopped);
}

}  // namespace splitbench
