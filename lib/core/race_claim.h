// The claim that one cell of a race dominates another: no more bytes, and less accurate by no more
// than a margin, over all images.
//
// The challenger has seen all images, the other some: fair batches, then images that the
// uncompressed model gets wrong (missed), then those that it gets right (solved), in the batches of
// core/race_batches.h. Over all N images the other is more accurate by (T_m + T_s) / N, where T is
// its right answers less the challenger's among the missed and the solved images. The claim is that
// T_m + T_s <= N margin. It is proven in one of three ways:
//   - While missed images come, by a test of "T_m > N margin - U", where U >= T_s is what the
//     challenger gets wrong of the solved images, less what the other was seen to.
//   - Once all missed images were seen, T_m is known: by a test of "T_s > N margin - T_m",
//   - or without one, when T_m + U <= N margin.
// As for bytes: "the challenger costs more" is tested on the fair batches, and, when all missed
// images were seen and their bytes are known, on the solved ones. Both tests of a kind are made
// at half the level. The tests are of core/test_martingale.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/test_martingale.h"

namespace splitbench {

// The images of a race in the order in which cells see them.
struct RaceOrder {
  std::vector<std::uint8_t> solved;  // by image: the uncompressed model is right
  std::vector<std::size_t> ends;     // by batch: images seen after it
  std::size_t fair = 0;              // so many batches at the beginning are fair

  std::size_t images() const { return solved.size(); }
  std::size_t begin(std::size_t batch) const { return batch == 0 ? 0 : ends[batch - 1]; }
};

// One cell's results on the images of a batch, in the batch's order; or of all it has seen.
struct RaceResults {
  std::vector<std::uint8_t> correct;  // 0 or 1; without labels: agrees with the uncompressed model
  std::vector<double> payload_bytes;
};

// Not thread-safe. `order` and the challenger's results, which are complete, must outlive it.
class RaceClaim {
 public:
  RaceClaim(const RaceOrder& order, const RaceResults& challenger, double margin);

  // The other cell's results so far: those of `batches` batches. Bets on those that are new.
  void observe(const RaceResults& other, std::size_t batches);

  // Logs of evidence: log(1/a) or more proves the claim at level a. Infinite when it is certain.
  double accuracy_evidence() const;
  double payload_evidence() const;

  // By how many images the other is more accurate, estimated: on what it has not seen it is taken
  // to do as it did, on missed and on solved images each.
  double expected_gain() const;

 private:
  // The challenger's right answers less the other's, and the other's bytes less the challenger's.
  struct Differences {
    std::vector<double> accuracy, payload;
  };
  // The missed or the solved images.
  struct Part {
    std::size_t images = 0, seen = 0;
    double accuracy = 0, payload = 0;           // differences, summed up over those seen
    std::optional<TestMartingale> gain, bytes;  // once this part is bet on
  };
  Differences differences(const RaceResults& other, std::size_t batch, bool solved) const;
  void take(const RaceResults& other, std::size_t batch);
  void begin_missed();
  void begin_solved();
  // What the other can be more accurate by among the solved images: U.
  double most_gain() const { return challenger_wrong_ - other_wrong_; }

  const RaceOrder& order_;
  const RaceResults& challenger_;
  double allowed_;  // images: N margin
  std::size_t batches_ = 0;
  Part missed_, solved_;
  Differences fair_missed_, fair_solved_;  // of the fair batches
  double challenger_wrong_ = 0;            // of the solved images
  double other_wrong_ = 0;                 // of those solved images that the other has seen
  TestMartingale bytes_;                   // of all images, on the fair batches
};

}  // namespace splitbench
