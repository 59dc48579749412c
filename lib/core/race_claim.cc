#include "core/race_claim.h"

#include <algorithm>
#include <limits>

namespace splitbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastDifference = -1;  // of right answers on one image

double mean_of(double sum, std::size_t images) { return sum / static_cast<double>(images); }

void observe_all(TestMartingale& test, const std::vector<double>& values) {
  for (const double value : values) test.observe(value, 1);
}

void append(std::vector<double>& values, const std::vector<double>& more) {
  values.insert(values.end(), more.begin(), more.end());
}

double evidence(const std::optional<TestMartingale>& test) {
  return test ? test->log_evidence() : 0;
}

}  // namespace

RaceClaim::RaceClaim(const RaceOrder& order, const RaceResults& challenger, double margin)
    : order_(order),
      challenger_(challenger),
      allowed_(margin * static_cast<double>(order.images())),
      bytes_(order.images(), 0, std::nullopt) {
  for (std::size_t i = 0; i < order.images(); ++i) {
    if (order.solved[i] == 0) continue;
    ++solved_.images;
    challenger_wrong_ += challenger.correct[i] == 0 ? 1 : 0;
  }
  missed_.images = order.images() - solved_.images;
}

void RaceClaim::observe(const RaceResults& other, std::size_t batches) {
  while (batches_ < batches) {
    take(other, batches_);
    ++batches_;
    if (batches_ == order_.fair) begin_missed();
    if (batches_ >= order_.fair && missed_.seen == missed_.images && !solved_.gain) begin_solved();
  }
}

RaceClaim::Differences RaceClaim::differences(const RaceResults& other, std::size_t batch,
                                              bool solved) const {
  Differences result;
  for (std::size_t i = order_.begin(batch); i < order_.ends[batch]; ++i) {
    if ((order_.solved[i] != 0) != solved) continue;
    result.accuracy.push_back(static_cast<double>(challenger_.correct[i]) -
                              static_cast<double>(other.correct[i]));
    result.payload.push_back(other.payload_bytes[i] - challenger_.payload_bytes[i]);
  }
  return result;
}

void RaceClaim::take(const RaceResults& other, std::size_t batch) {
  const bool fair = batch < order_.fair;
  std::vector<double> fair_bytes;
  for (const bool solved : {false, true}) {
    Part& part = solved ? solved_ : missed_;
    const Differences seen = differences(other, batch, solved);
    if (fair) {
      Differences& kept = solved ? fair_solved_ : fair_missed_;
      append(kept.accuracy, seen.accuracy);
      append(kept.payload, seen.payload);
      append(fair_bytes, seen.payload);
    } else if (!seen.accuracy.empty()) {
      if (part.gain) part.gain->bet(seen.accuracy);
      if (part.bytes) part.bytes->bet(seen.payload);
    }
    part.seen += seen.accuracy.size();
    for (const double difference : seen.accuracy) part.accuracy += difference;
    for (const double difference : seen.payload) part.payload += difference;
  }
  for (std::size_t i = order_.begin(batch); i < order_.ends[batch]; ++i) {
    other_wrong_ += order_.solved[i] != 0 && other.correct[i] == 0 ? 1 : 0;
  }
  if (batch == 0) {
    observe_all(bytes_, fair_bytes);
  } else if (fair) {
    bytes_.bet(fair_bytes);
  }
}

void RaceClaim::begin_missed() {
  if (missed_.seen == missed_.images) return;
  missed_.gain.emplace(missed_.images, -mean_of(allowed_ - most_gain(), missed_.images),
                       kLeastDifference);
  observe_all(*missed_.gain, fair_missed_.accuracy);
}

void RaceClaim::begin_solved() {
  if (solved_.seen == solved_.images) return;
  // The missed images' differences are known: what is allowed of solved ones is less, or more.
  solved_.gain.emplace(solved_.images, -mean_of(allowed_ + missed_.accuracy, solved_.images),
                       kLeastDifference);
  observe_all(*solved_.gain, fair_solved_.accuracy);
  solved_.bytes.emplace(solved_.images, -mean_of(missed_.payload, solved_.images), std::nullopt);
  observe_all(*solved_.bytes, fair_solved_.payload);
}

double RaceClaim::accuracy_evidence() const {
  const bool known = batches_ >= order_.fair && missed_.seen == missed_.images;
  if (known && -missed_.accuracy + most_gain() <= allowed_) return kInfinity;
  return std::max(evidence(missed_.gain), evidence(solved_.gain));
}

double RaceClaim::payload_evidence() const {
  return std::max(bytes_.log_evidence(), evidence(solved_.bytes));
}

double RaceClaim::expected_gain() const {
  double gain = 0;
  if (missed_.seen > 0) {
    gain -= mean_of(missed_.accuracy, missed_.seen) * static_cast<double>(missed_.images);
  }
  const auto unseen = static_cast<double>(solved_.images - solved_.seen);
  // One more than was seen: none wrong so far does not mean never wrong, but the model is right.
  return gain + most_gain() - other_wrong_ * unseen / static_cast<double>(solved_.seen + 1);
}

}  // namespace splitbench
