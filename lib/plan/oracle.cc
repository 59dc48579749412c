#include "plan/oracle.h"

#include <algorithm>
#include <limits>

namespace splitbench {
namespace {

constexpr std::size_t kBlock = 1024;  // requests whose bests stay in the nearest cache

}  // namespace

// One contender after the other over a block of requests, so that its place in the trace moves in
// small steps.
Oracle consult_oracle(const std::vector<const Replay*>& contenders, const StepTrace& rate,
                      const std::vector<Moment>& moments) {
  Oracle oracle;
  oracle.choices.resize(moments.size());
  oracle.least_s.assign(moments.size(), std::numeric_limits<double>::infinity());
  std::vector<double> sums(contenders.size(), 0);
  std::vector<ExchangeHints> hints(contenders.size());
  for (std::size_t start = 0; start < moments.size(); start += kBlock) {
    const std::size_t end = std::min(start + kBlock, moments.size());
    for (std::size_t k = 0; k < contenders.size(); ++k) {
      const Replay& replay = *contenders[k];
      for (std::size_t i = start; i < end; ++i) {
        const Moment& moment = moments[i];
        const double own = replay.latency_s(replay.times(rate, moment.start_s, hints[k]), moment.w);
        sums[k] += own;
        if (own >= oracle.least_s[i]) continue;
        oracle.least_s[i] = own;
        oracle.choices[i] = k;
      }
    }
  }
  const auto best = std::min_element(sums.begin(), sums.end()) - sums.begin();
  oracle.best_static = static_cast<std::size_t>(best);
  return oracle;
}

}  // namespace splitbench
