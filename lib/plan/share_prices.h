// Prices of a server's time and of a link's rate: what sharing costs at least, and who would choose
// what.
//
// At prices m and n (plan/shares.h) every user chooses by itself, the option of least
//
//   q = w f + h + a (s m + b n),   h = w t / k + k t,   t = sqrt(s m) + sqrt(b n), k = max(sqrt(w),
//   t / A)
//
// and sum min q - m C - n V is no more than the cost of any allotment (weak Lagrangian duality).
// The best prices maximise it: concave, in m for a given n by bisection on who takes how much, in n
// by golden section. An option whose q is above the user's least by more than the gap to a known
// allotment is in no better one (reduced costs). Pure functions; thread-safe.
#pragma once

#include <vector>

#include "plan/shares.h"

namespace splitbench {

struct SharePrices {
  double server = 0, link = 0;
};

struct PricedShares {
  SharePrices prices;
  double bound = 0;                         // no allotment costs less
  std::vector<std::vector<double>> excess;  // of each option's q above its user's least; >= 0
  Allotment best;                           // of those met on the way
};

// Requires that every user has an option, and each that allot() asks for.
PricedShares price_shares(const ShareProblem& problem);

}  // namespace splitbench
