// Split and codec settings chosen together under a bound on accuracy, by asking for as few
// measurements as will do. After AGLOP (arXiv 2202.01699), reconstructed from its abstract: that
// work adjusts the partition point and the codec's hyper-parameters together; how is not published.
//
// Our choices, all of them here:
//  - A ladder is one codec at one split with settings from the coarsest to the finest, which differ
//    in one number. Along it bytes do not fall and loss does not rise; where measurements say
//    otherwise the search may miss a setting.
//  - The coarsest setting within the bound is found by bisection. Its first try is where the bound
//    was met on the last ladder of the same codec (as a share of the ladder), else the middle.
//  - Of all ladders the next is the one whose best imaginable setting is best (best first, as in
//    branch and bound). The best imaginable has no codec time and the least bytes of: those of the
//    finest setting known to lose too much; half of the coarsest known to be good for each setting
//    that is coarser (a step saves at most half; on ladders of more than 16 settings, which are as
//    long but finer, all steps together at most 16 halvings); and, of a ladder not yet looked at, a
//    32nd of the least that is known to be good at this split (less than a bit of a raw number is
//    rarely good).
//  - Losses of few images are noisy, so when no ladder promises more, up to four coarser settings
//    of each are tried that were passed over, while they would be the best with 15 % less bytes a
//    step (less on longer ladders).
//  - A ladder on which two settings more gave no result than did is given up: a codec that refuses
//    one setting at a split mostly refuses all.
//  - It ends when nothing would beat the best found by `tolerance`, or with the budget.
// The table for the link is then a plan over the cells measured, its policy what a device goes by
// (core/policy_table.h), with hysteresis (SteadyChoice).
// Pure but for the source; not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/plan.h"

namespace splitbench {

// Where measurements come from: a sweep's machinery, or cells that exist.
class CellSource {
 public:
  virtual ~CellSource() = default;
  // A cell that is not ok counts as a setting that cannot be used. Throws what ends the search.
  virtual Cell measure(const std::string& split, const std::string& codec) = 0;
};

struct Ladder {
  std::string split;
  std::string codec;                  // what its settings have in common
  std::vector<std::string> settings;  // canonical specs, coarsest first
  std::string head_split;             // that of a bottleneck's encoder; empty: `split`

  const std::string& head() const { return head_split.empty() ? split : head_split; }
};

// The ladders among measured cells: settings of one codec at one split whose specs differ in one
// numeric option alone, the one with the most values. A smaller number is coarser, but of `step` a
// larger one. What fits no other is a ladder of one.
std::vector<Ladder> ladders_of(const std::vector<Cell>& cells);

struct RefinementSettings {
  // Measurements at most; 0: a fifth of all settings, at least 1.
  std::size_t budget = 0;
  double tolerance = 0.01;  // of the objective
};

struct Refinement {
  std::vector<Cell> cells;   // measured, in order
  std::size_t settings = 0;  // of all ladders
  std::size_t budget = 0;
  bool ended = false;  // before the budget: nothing imaginable is better by the tolerance
};

// `request` without cells is the question: profiles, link, objective (weighted) and constraints, of
// which max_accuracy_loss has to be there. Throws Error{kBadInput} otherwise, for the scope
// kNaturalBytes, and as make_plan().
Refinement refine(const PlanRequest& request, const std::vector<Ladder>& ladders,
                  const RefinementSettings& settings, CellSource& source);

}  // namespace splitbench
