#include "plan/share_prices.h"

#include <algorithm>
#include <cmath>

namespace splitbench {
namespace {

// Of the terms of the dual, which cancel at high prices: what rounding may have made too much.
constexpr double kRounding = 1e-14;
constexpr double kWidest = 1e24;  // prices are looked for within this factor of a first guess

struct Quote {
  double cost = 0;  // q
  Share taken;
};

Quote quote(const ShareUser& user, const ShareDemand& demand, const SharePrices& prices) {
  Quote result;
  result.cost = user.weight * demand.fixed_s +
                user.arrivals_hz * (demand.server_s * prices.server + demand.link_s * prices.link);
  result.taken = {user.arrivals_hz * demand.server_s, user.arrivals_hz * demand.link_s};
  const double t =
      std::sqrt(demand.server_s * prices.server) + std::sqrt(demand.link_s * prices.link);
  if (demand.server_s + demand.link_s == 0) return result;
  const double k = std::max(std::sqrt(user.weight), t / allowance_s(user, demand));
  result.cost += user.weight * t / k + k * t;
  if (demand.server_s > 0) result.taken.server += k * std::sqrt(demand.server_s / prices.server);
  if (demand.link_s > 0) result.taken.link += k * std::sqrt(demand.link_s / prices.link);
  return result;
}

// What everyone does at some prices.
struct Market {
  double value = 0;  // of the dual
  Share taken;
  std::vector<std::size_t> choice;
};

Market market_at(const ShareProblem& problem, const SharePrices& prices) {
  Market market;
  const double paid = prices.server * problem.server + prices.link * problem.link;
  double costs = 0;
  for (const ShareUser& user : problem.users) {
    Quote best;
    std::size_t chosen = 0;
    for (std::size_t k = 0; k < user.options.size(); ++k) {
      const Quote offer = quote(user, user.options[k], prices);
      if (k != 0 && offer.cost >= best.cost) continue;
      best = offer;
      chosen = k;
    }
    costs += best.cost;
    market.taken.server += best.taken.server;
    market.taken.link += best.taken.link;
    market.choice.push_back(chosen);
  }
  market.value = costs - paid - kRounding * (costs + paid);
  return market;
}

class PriceSearch {
 public:
  explicit PriceSearch(const ShareProblem& problem) : problem_(problem) {
    server_guess_ = guess(&ShareDemand::server_s, problem.server);
    link_guess_ = guess(&ShareDemand::link_s, problem.link);
    result_.bound = -std::numeric_limits<double>::infinity();
    result_.best.violation = std::numeric_limits<double>::infinity();
  }

  PricedShares run() {
    if (link_guess_ > 0) {
      search_link();
    } else {
      best_over_server(0);
    }
    for (const ShareUser& user : problem_.users) {
      std::vector<double> costs;
      for (const ShareDemand& demand : user.options) {
        costs.push_back(quote(user, demand, result_.prices).cost);
      }
      const double least = *std::min_element(costs.begin(), costs.end());
      for (double& cost : costs) cost -= least;
      result_.excess.push_back(std::move(costs));
    }
    return std::move(result_);
  }

 private:
  // The price if everyone had to take its largest demand and no deadline were near.
  double guess(double ShareDemand::*seconds, double capacity) const {
    double sum = 0;
    for (const ShareUser& user : problem_.users) {
      double most = 0;
      for (const ShareDemand& demand : user.options) most = std::max(most, demand.*seconds);
      sum += std::sqrt(user.weight * most);
    }
    return sum * sum / (capacity * capacity);
  }

  Market visit(const SharePrices& prices) {
    Market market = market_at(problem_, prices);
    if (market.value > result_.bound) {
      result_.bound = market.value;
      result_.prices = prices;
    }
    return market;
  }

  // The most that the dual can be at this price of the link.
  double best_over_server(double link_price) {
    if (server_guess_ == 0) {
      const Market market = visit({0, link_price});
      try_choice(market.choice);
      return market.value;
    }
    double low = server_guess_ / kWidest;
    double high = server_guess_ * kWidest;
    double best = -std::numeric_limits<double>::infinity();
    std::vector<std::size_t> choice;
    constexpr int kBisections = 120;
    for (int i = 0; i < kBisections; ++i) {
      const double middle = std::sqrt(low * high);
      const Market market = visit({middle, link_price});
      best = std::max(best, market.value);
      const bool fits = market.taken.server <= problem_.server;
      (fits ? high : low) = middle;
      if (fits) choice = market.choice;  // the cheapest prices so far at which all fit
    }
    if (!choice.empty()) try_choice(choice);
    return best;
  }

  void search_link() {
    constexpr double kGolden = 0.6180339887498949;
    double low = std::log(link_guess_ / kWidest);
    double high = std::log(link_guess_ * kWidest);
    double a = high - kGolden * (high - low);
    double b = low + kGolden * (high - low);
    double at_a = best_over_server(std::exp(a));
    double at_b = best_over_server(std::exp(b));
    constexpr int kSteps = 60;
    for (int i = 0; i < kSteps; ++i) {
      if (at_a < at_b) {
        low = a;
        a = b;
        at_a = at_b;
        b = low + kGolden * (high - low);
        at_b = best_over_server(std::exp(b));
      } else {
        high = b;
        b = a;
        at_b = at_a;
        a = high - kGolden * (high - low);
        at_a = best_over_server(std::exp(a));
      }
    }
  }

  void try_choice(const std::vector<std::size_t>& choice) {
    if (choice == result_.best.choice) return;
    Allotment found = allot(problem_, choice);
    if (found.better_than(result_.best)) result_.best = std::move(found);
  }

  const ShareProblem& problem_;
  double server_guess_ = 0, link_guess_ = 0;
  PricedShares result_;
};

}  // namespace

PricedShares price_shares(const ShareProblem& problem) { return PriceSearch(problem).run(); }

}  // namespace splitbench
