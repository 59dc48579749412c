#include "pipeline/point_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace splitbench {
namespace {

constexpr PointSearchRules kRules{9, 10};
constexpr double kAccuracy = 0.9;
constexpr double kChance = kAccuracy - 0.1;
constexpr double kNoLoss = 0.005;
const double kSpan = std::log(kChance / kNoLoss);

struct Truth {
  double payload_bytes = 0;
  double loss = 0;
};
using Curve = Truth (*)(double quality);  // of JPEG, 1 to 100

// Payload tenfold from end to end; the loss falls from chance to none around quality 30.
Truth monotone(double quality) {
  return {100 * std::pow(10, quality / 100), kChance / (1 + std::exp((quality - 30) / 5))};
}
// The same with a dent in the payload and a bump in the loss.
Truth bumpy(double quality) {
  const double bump = std::exp(-std::pow((quality - 40) / 3, 2));
  Truth truth = monotone(quality);
  truth.payload_bytes *= 1 - 0.2 * bump;
  truth.loss += 0.05 * bump;
  return truth;
}
Truth flat(double quality) { return {100 + quality, 0}; }

// A sweep's cells, measured as a search asks for them.
class Search {
 public:
  explicit Search(Curve curve) : curve_(curve) {
    codec_ = make_codecs({"jpeg"}, OpenRate::kSearched).at(0);
    job_ = SweepJob{{"model", "relu", codec_.spec, "set", 100, 0}, 0, &codec_};
  }

  PointSearchState look(PointSearchRules rules = kRules) const {
    return search_points(job_, rules, [this](const CellKey& key) {
      const auto found = cells.find(key.codec);
      return found == cells.end() ? nullptr : &found->second;
    });
  }

  // Measures what is asked for, so many cells or to the end. Returns the qualities in their order.
  std::vector<int> run(PointSearchRules rules = kRules, std::size_t most = SIZE_MAX) {
    std::vector<int> qualities;
    for (std::size_t i = 0; i < most; ++i) {
      const PointSearchState state = look(rules);
      if (!state.next) break;
      qualities.push_back(quality_of(state.next->key.codec));
      cells.emplace(state.next->key.codec, measure(state.next->key));
    }
    return qualities;
  }

  std::vector<PointCell> failed(const std::vector<Cell>& all) const {
    return failed_points(job_, all);
  }

  Cell measure(const CellKey& key) const {
    Cell cell;
    cell.key = key;
    cell.status = status;
    const Truth truth = curve_(quality_of(key.codec));
    cell.payload_bytes.mean = truth.payload_bytes;
    cell.accuracy.baseline_top1 = kAccuracy;
    cell.accuracy.loss = PairedLoss{truth.loss, {truth.loss, truth.loss}};
    return cell;
  }

  static int quality_of(const std::string& spec) {
    return static_cast<int>(parse_integer(parse_spec(spec).options.at("quality"), spec));
  }

  std::map<std::string, Cell> cells;  // by spec
  CellStatus status = CellStatus::kOk;

 private:
  Curve curve_;
  ConfiguredCodec codec_;
  SweepJob job_;
};

TEST(PointSearch, CoversAFrontEvenlyThatAGridOfAsManyDoesNot) {
  for (const Curve curve : {monotone, bumpy}) {
    const auto widest = [&](std::vector<int> qualities) {
      std::sort(qualities.begin(), qualities.end());
      double gap = 0;
      for (std::size_t i = 1; i < qualities.size(); ++i) {
        gap = std::max(gap, std::log(std::max(curve(qualities[i - 1]).loss, kNoLoss) /
                                     std::max(curve(qualities[i]).loss, kNoLoss)));
      }
      return gap;
    };
    Search search(curve);
    const std::vector<int> chosen = search.run();
    EXPECT_EQ(chosen.size(), kRules.points);
    EXPECT_EQ((std::vector<int>{chosen[0], chosen[1]}), (std::vector<int>{100, 1}));
    EXPECT_LT(widest(chosen), 0.35 * kSpan);
    EXPECT_GT(widest({1, 13, 26, 38, 51, 63, 75, 88, 100}), 0.4 * kSpan) << "as many, evenly";
  }
}

TEST(PointSearch, GoesOnWhereverItWasInterrupted) {
  for (const Curve curve : {monotone, bumpy}) {
    const std::vector<int> whole = Search(curve).run();
    EXPECT_EQ(Search(curve).run(), whole);
    for (std::size_t before = 0; before <= whole.size(); ++before) {
      Search search(curve);
      std::vector<int> parts = search.run(kRules, before);
      EXPECT_EQ(search.look().cells, before);
      EXPECT_EQ(search.look().left, whole.size() - before);
      const std::vector<int> rest = search.run();
      parts.insert(parts.end(), rest.begin(), rest.end());
      EXPECT_EQ(parts, whole) << "interrupted after " << before;
    }
  }
}

TEST(PointSearch, ForMorePointsGoesOnWhereOneForFewerEnded) {
  Search grown(bumpy);
  std::vector<int> parts = grown.run({4, 10});
  EXPECT_EQ(parts.size(), 4u);
  const std::vector<int> rest = grown.run();
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_EQ(parts, Search(bumpy).run());
}

TEST(PointSearch, TakesCellsThatAreThereForAnotherReasonOnlyWhereItComesToThem) {
  Search search(monotone);
  const std::vector<int> whole = search.run();
  Search with_others(monotone);
  for (const int quality : {whole[3], 97}) {
    const CellKey key{
        "model", "relu", make_codecs({"jpeg:quality=" + std::to_string(quality)}).at(0).spec,
        "set",   100,    0};
    with_others.cells.emplace(key.codec, with_others.measure(key));
  }
  std::vector<int> expected = whole;
  expected.erase(expected.begin() + 3);
  EXPECT_EQ(with_others.run(), expected);
}

TEST(PointSearch, EndsEarlyWhereNothingIsLost) {
  Search search(flat);
  EXPECT_EQ(search.run(), (std::vector<int>{100, 1}));
  EXPECT_EQ(search.look().left, 0u);
}

TEST(PointSearch, GivesUpACodecThatRefusesTheTensor) {
  for (const CellStatus status : {CellStatus::kUnsupported, CellStatus::kFailed}) {
    Search search(monotone);
    search.status = status;
    EXPECT_EQ(search.run().size(), 2u);
    EXPECT_EQ(search.look().cells, 2u);
    EXPECT_EQ(search.look().left, 0u);
  }
}

TEST(PointSearch, CellsAreThoseOfTheSettingNamedByHand) {
  Search search(monotone);
  const PointSearchState state = search.look();
  const ConfiguredCodec by_hand = make_codecs({"jpeg:quality=100"}).at(0);
  EXPECT_EQ(state.next->key.codec, by_hand.spec);
  EXPECT_EQ(state.next->codec.spec, by_hand.spec);
  EXPECT_FALSE(state.next->codec.searched);
  EXPECT_EQ(state.next->key.split, "relu");
}

TEST(PointSearch, KnowsItsFailedCells) {
  Search search(monotone);
  search.status = CellStatus::kFailed;
  search.run();
  std::vector<Cell> cells;
  for (const auto& [spec, cell] : search.cells) cells.push_back(cell);
  cells.push_back(cells.front());
  cells.back().status = CellStatus::kOk;
  cells.push_back(cells.front());
  cells.back().key.split = "elsewhere";
  cells.push_back(cells.front());
  cells.back().key.codec = "jpeg:quality=3:tiling=square";
  std::vector<int> failed;
  for (const PointCell& cell : search.failed(cells)) {
    failed.push_back(Search::quality_of(cell.codec.spec));
  }
  EXPECT_EQ(failed, (std::vector<int>{100, 99}));
}

TEST(PointSearch, LikelyPointsSpreadOverTheAxis) {
  const ConfiguredCodec codec = make_codecs({"quant"}, OpenRate::kSearched).at(0);
  const SweepJob job{{}, 0, &codec};
  std::vector<std::string> bits;
  for (const PointCell& cell : likely_points(job, 4)) {
    bits.push_back(parse_spec(cell.key.codec).options.at("bits"));
  }
  EXPECT_EQ(bits, (std::vector<std::string>{"3", "7", "11", "15"}));
  EXPECT_EQ(likely_points(job, 100).size(), 16u);
}

}  // namespace
}  // namespace splitbench
