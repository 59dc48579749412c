#include "plan/aglop.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/spec.h"
#include "plan/bottlenecks.h"
#include "plan/candidates.h"
#include "plan/constraints.h"
#include "plan/cost_model.h"
#include "plan/memory.h"

namespace splitbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastOfAStep = 0.5;
constexpr double kStepsOfALadder = 16;  // beyond, steps are as much finer
constexpr double kLeastOfACodec = 1.0 / 32;
constexpr double kUsualStep = 0.85;
constexpr int kMostDoubts = 4;
constexpr int kMostUnusable = 2;
constexpr std::size_t kShareOfBudget = 5;

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && rest == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

// Settings of one codec at one split.
using Specs = std::map<std::string, Spec>;  // by canonical text

// The option with the most different numbers; empty when none has two.
std::string axis_of(const Specs& specs) {
  std::map<std::string, std::set<double>> values;
  for (const auto& [text, spec] : specs) {
    for (const auto& [key, value] : spec.options) {
      if (const auto number = number_of(value)) values[key].insert(*number);
    }
  }
  std::string axis;
  std::size_t most = 1;
  for (const auto& [key, numbers] : values) {
    if (numbers.size() <= most) continue;
    most = numbers.size();
    axis = key;
  }
  return axis;
}

void append_ladders(const std::string& split, const std::string& head_split, const Specs& specs,
                    std::vector<Ladder>& ladders) {
  const std::string axis = axis_of(specs);
  const double sign = axis == "step" ? -1 : 1;
  std::map<std::string, std::vector<std::pair<double, std::string>>> groups;
  for (const auto& [text, spec] : specs) {
    Spec rest = spec;
    rest.options.erase(axis);
    const auto option = spec.options.find(axis);
    const std::optional<double> at =
        option == spec.options.end() ? std::nullopt : number_of(option->second);
    groups[at ? rest.canonical() : text].emplace_back(at ? sign * *at : 0, text);
  }
  for (auto& [codec, settings] : groups) {
    std::sort(settings.begin(), settings.end());
    Ladder ladder = {split, codec, {}, head_split};
    for (auto& [place, text] : settings) ladder.settings.push_back(std::move(text));
    ladders.push_back(std::move(ladder));
  }
}

// A ladder under way: settings up to `low` lose too much, those from `high` are good.
struct Climb {
  const Ladder* ladder = nullptr;
  std::ptrdiff_t low = -1, high = 0;
  double low_bytes = 0, high_bytes = 0;  // at these, when they were measured
  std::set<std::ptrdiff_t> tried;
  int doubts = 0;
  int unusable = 0;  // settings that gave no result, beyond those that did

  // How much of a usual step one of this ladder is.
  double step() const { return std::min(1.0, kStepsOfALadder / static_cast<double>(size())); }
  std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(ladder->settings.size()); }
  bool looked_at() const { return !tried.empty(); }

  // The setting to try next, close to `wanted`; none when nothing is left between.
  std::optional<std::ptrdiff_t> next(std::ptrdiff_t wanted) const {
    if (unusable >= kMostUnusable) return std::nullopt;
    std::optional<std::ptrdiff_t> best;
    for (std::ptrdiff_t k = low + 1; k < high; ++k) {
      if (tried.count(k) > 0) continue;
      if (!best || std::abs(k - wanted) < std::abs(*best - wanted)) best = k;
    }
    return best;
  }

  // The finest setting that was passed over as too coarse without a look.
  std::optional<std::ptrdiff_t> doubtful() const {
    for (std::ptrdiff_t k = std::min(low, high - 1); k >= 0; --k) {
      if (tried.count(k) == 0) return k;
    }
    return std::nullopt;
  }
};

class Search {
 public:
  Search(const PlanRequest& request, const std::vector<Ladder>& ladders,
         const RefinementSettings& settings, CellSource& source)
      : request_(request),
        conditions_(conditions_of(request)),
        settings_(settings),
        source_(source),
        bounds_(bounds_of(request.constraints)),
        memory_(head_memory_bytes(request.device)) {
    for (const SplitProfile& split : request.device.splits) device_[split.split.id] = &split;
    for (const SplitProfile& split : request.server.splits) server_[split.split.id] = &split;
    const bool natural = request.scope == SplitScope::kNatural;
    std::set<std::string> scope;
    if (natural) scope = splits_of_scope(request.scope, request.device, {}, {});
    for (const Ladder& ladder : ladders) {
      if (natural && scope.count(ladder.split) == 0) continue;
      result_.settings += ladder.settings.size();
      if (device_.count(ladder.head()) == 0 || server_.count(ladder.split) == 0) continue;
      Climb climb;
      climb.ladder = &ladder;
      climb.high = climb.size();
      climbs_.push_back(std::move(climb));
    }
    result_.budget = settings.budget != 0
                         ? settings.budget
                         : std::max<std::size_t>(result_.settings / kShareOfBudget, 1);
    consider(estimate_device_only(
        request.device.end_to_end, conditions_,
        device_memory_bytes(memory_, split_kind_name(SplitKind::kDeviceOnly))));
  }

  Refinement run() {
    while (result_.cells.size() < result_.budget) {
      if (Climb* climb = most_promising()) {
        const std::ptrdiff_t middle = (climb->low + climb->high) / 2;
        look(*climb, *climb->next(climb->looked_at() ? middle : first_try(*climb)));
      } else if (Climb* doubted = most_doubtful()) {
        ++doubted->doubts;
        look(*doubted, *doubted->doubtful());
      } else {
        result_.ended = true;
        break;
      }
    }
    return std::move(result_);
  }

 private:
  // The ladder to look at; null when none is worth it.
  Climb* most_promising() {
    Climb* best = nullptr;
    double best_value = kInfinity;
    for (Climb& climb : climbs_) {
      if (!climb.next(0)) continue;
      const double value = imaginable(climb);
      if (value >= best_value) continue;
      best_value = value;
      best = &climb;
    }
    const double worth = best_ - settings_.tolerance * std::abs(best_);
    return best != nullptr && (best_ == kInfinity || best_value < worth) ? best : nullptr;
  }

  // The ladder whose next coarser setting would be the best, were it good against expectation.
  Climb* most_doubtful() {
    Climb* best = nullptr;
    double best_value = best_ - settings_.tolerance * std::abs(best_);
    for (Climb& climb : climbs_) {
      const std::optional<std::ptrdiff_t> k = climb.doubtful();
      if (climb.doubts >= kMostDoubts || !k) continue;
      const bool any_good = climb.high < climb.size();
      const double steps =
          climb.step() * static_cast<double>((any_good ? climb.high : climb.low) - *k);
      const double bytes = any_good ? climb.high_bytes : climb.low_bytes;
      const double value = value_with(*climb.ladder, bytes * std::pow(kUsualStep, steps));
      if (value >= best_value) continue;
      best_value = value;
      best = &climb;
    }
    return best;
  }

  double value_with(const Ladder& ladder, double bytes) const {
    Cell cell;
    cell.payload_bytes.mean = bytes;
    return objective_value(request_.objective, estimate_of(ladder, cell)).value_or(kInfinity);
  }

  double imaginable(const Climb& climb) const {
    double bytes = climb.low_bytes;
    if (climb.high < climb.size()) {
      const double steps = climb.step() * static_cast<double>(climb.high - climb.low - 1);
      bytes = std::max(bytes, climb.high_bytes * std::pow(kLeastOfAStep, steps));
    } else if (!climb.looked_at()) {
      const auto good = least_good_bytes_.find(climb.ladder->split);
      if (good != least_good_bytes_.end()) bytes = kLeastOfACodec * good->second;
    }
    return value_with(*climb.ladder, bytes);
  }

  Estimate estimate_of(const Ladder& ladder, const Cell& cell) const {
    return estimate_split(*device_.at(ladder.head()), *server_.at(ladder.split), cell, conditions_,
                          device_memory_bytes(memory_, cell));
  }

  std::ptrdiff_t first_try(const Climb& climb) const {
    const auto known = threshold_.find(codec_name(climb.ladder->codec));
    const double share = known == threshold_.end() ? 0.5 : known->second;
    return std::lround(share * static_cast<double>(climb.size() - 1));
  }

  void look(Climb& climb, std::ptrdiff_t k) {
    const Ladder& ladder = *climb.ladder;
    climb.tried.insert(k);
    Cell cell = source_.measure(ladder.split, ladder.settings[static_cast<std::size_t>(k)]);
    const bool usable = cell.status == CellStatus::kOk;
    climb.unusable += usable ? -1 : 1;
    if (usable) note(climb, k, estimate_of(ladder, cell));
    result_.cells.push_back(std::move(cell));
  }

  void note(Climb& climb, std::ptrdiff_t k, const Estimate& estimate) {
    // Payloads of a batch, as estimates have them; imaginable() wants those of one input.
    const double bytes = estimate.payload_bytes / conditions_.batch;
    if (!satisfied(bounds_.front(), estimate)) {
      climb.low = std::max(climb.low, k);
      climb.low_bytes = std::max(climb.low_bytes, bytes);
      return;
    }
    if (k <= climb.low) {  // good against expectation
      climb.low = -1;
      climb.low_bytes = 0;
    }
    climb.high = k;
    climb.high_bytes = bytes;
    threshold_[codec_name(climb.ladder->codec)] =
        static_cast<double>(k) / static_cast<double>(std::max<std::ptrdiff_t>(climb.size() - 1, 1));
    const auto [least, is_new] = least_good_bytes_.emplace(climb.ladder->split, bytes);
    if (!is_new) least->second = std::min(least->second, bytes);
    consider(estimate);
  }

  void consider(const Estimate& estimate) {
    if (!std::all_of(bounds_.begin(), bounds_.end(),
                     [&](const Bound& bound) { return satisfied(bound, estimate); })) {
      return;
    }
    const std::optional<double> value = objective_value(request_.objective, estimate);
    if (value) best_ = std::min(best_, *value);
  }

  const PlanRequest& request_;
  Conditions conditions_;
  RefinementSettings settings_;
  CellSource& source_;
  std::vector<Bound> bounds_;  // that on accuracy first
  std::unordered_map<std::string, double> memory_;
  std::unordered_map<std::string, const SplitProfile*> device_, server_;
  std::vector<Climb> climbs_;
  std::map<std::string, double> threshold_;         // by codec, as a share of the ladder
  std::map<std::string, double> least_good_bytes_;  // by split
  double best_ = kInfinity;
  Refinement result_;
};

}  // namespace

std::vector<Ladder> ladders_of(const std::vector<Cell>& cells) {
  // By split, split of the encoder (empty without one), and codec.
  using Group = std::tuple<std::string, std::string, std::string>;
  std::map<Group, Specs> groups;
  std::vector<Group> order;
  for (const Cell& cell : cells) {
    if (cell.key.split == split_kind_name(SplitKind::kDeviceOnly)) continue;
    const Group group = {cell.key.split,
                         cell.bottleneck ? cell.bottleneck->encoder_split : std::string(),
                         codec_name(cell.key.codec)};
    if (groups.count(group) == 0) order.push_back(group);
    groups[group].emplace(cell.key.codec, parse_spec(cell.key.codec));
  }
  std::vector<Ladder> ladders;
  for (const Group& group : order) {
    append_ladders(std::get<0>(group), std::get<1>(group), groups[group], ladders);
  }
  return ladders;
}

Refinement refine(const PlanRequest& request, const std::vector<Ladder>& ladders,
                  const RefinementSettings& settings, CellSource& source) {
  check_request(request);
  if (!request.constraints.max_accuracy_loss) {
    throw bad_input(
        "a search for settings needs a bound on the accuracy loss: "
        "--max-accuracy-loss 0.01");
  }
  if (request.objective.form != Objective::Form::kWeighted) {
    throw bad_input("a search for settings takes a weighted objective, not '" +
                    request.objective.name + "'");
  }
  if (request.scope == SplitScope::kNaturalBytes) {
    throw bad_input(
        "a search for settings does not know beforehand which splits need fewer bytes: leave "
        "--among natural-bytes out, or take --among natural");
  }
  if (!(settings.tolerance >= 0 && settings.tolerance < 1)) {
    throw bad_input("the tolerance of a search is " + format_number(settings.tolerance) +
                    "; it must be at least 0 and below 1");
  }
  return Search(request, ladders, settings, source).run();
}

}  // namespace splitbench
