// What each of several users of one server should do, decided together: an option each, and the
// shares that are best for it (plan/shares.h).
//
// 1. Options that no choice of the others can make best are left out: those that another of that
//    user undercuts in all three demands (more of any never helps), and those whose deadline is too
//    short even with everything shared.
// 2. Prices (plan/share_prices.h) give a bound that no choice costs less than, and a first choice.
// 3. Best response: one user after the other takes the option that lowers the common cost most, all
//    shares anew each time. It ends, because the cost falls with each change and choices are
//    finitely many; nobody alone can improve on what it ends with.
// 4. Exact: every choice whose excesses at the prices add up to less than the gap between that and
//    the bound is tried, depth first; what is left out costs more (reduced costs). When that is
//    done within `most_work`, the best found is the best there is, and the bound is its cost. With
//    many users it may not be: then the bound says by how much at most it could be beaten.
// Pure function; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/shares.h"

namespace splitbench {

struct ShareChoiceSettings {
  // Of step 4, in options of users looked at: about as many as fit into a second. 0 leaves it out.
  std::size_t most_work = 20000000;
};

struct ShareChoice {
  Allotment best;         // options numbered as in the problem; no choice when one has none left
  double bound = 0;       // no choice costs less; +infinity when that nothing is possible is proven
  bool exact = false;     // step 4 was completed
  double responded = 0;   // the cost after step 3; +infinity when it found nothing possible
  std::size_t tried = 0;  // choices in step 4
  std::vector<std::size_t> hopeless;  // users without an option that they could keep alone
};

ShareChoice choose_shares(const ShareProblem& problem, const ShareChoiceSettings& settings = {});

}  // namespace splitbench
