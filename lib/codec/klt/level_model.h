// The coefficients that are coded at one step, in the order in which they are coded, with what is
// known of each beforehand.
//
// A coefficient whose standard deviation is far below the step is never coded; of every frequency
// of a group of channels the components up to the last that is coded have a place, coded or not.
// Everything is integers or exact powers of two, so encoder and decoder agree on every platform.
// Immutable; may be shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/klt/block_transform.h"
#include "codec/klt/parameters.h"

namespace splitbench::klt {

// The step is 2^(index / 16 - 8) in the unit of parameters.h.
using StepIndex = std::uint8_t;

double step_of(StepIndex index);
// The index of the step next to `step` (in ratio).
StepIndex nearest_step(double step);

// Magnitudes with fraction bits.
constexpr unsigned kMagnitudeBits = 12;
constexpr std::uint32_t kMagnitudeOne = 1U << kMagnitudeBits;
// Larger magnitudes count as this one where contexts are concerned.
constexpr std::uint32_t kTopMagnitude = 255;

// Which coefficient of a block a level belongs to.
struct CodedCoefficient {
  std::uint32_t place = 0;
  std::uint16_t frequency = 0;  // in the scan
  std::uint16_t component = 0;  // of its group of channels and frequency
};

// So many levels are coded with the same knowledge of those before them.
constexpr std::size_t kLevelsInGroup = 8;

struct LevelGroup {
  std::uint32_t size = 0;      // kLevelsInGroup but for the last
  std::uint32_t expected = 0;  // the sum of the magnitudes, in 1 / kMagnitudeOne
};

class LevelModel {
 public:
  // The scan must be that of the parameters' grid.
  LevelModel(const Parameters& parameters, const std::vector<Frequency>& scan, StepIndex step);

  // The places in a block of the components of a group's frequency f: so many, from begin() on.
  // begin(number of groups, 0) is behind the last.
  std::size_t begin(std::size_t group, std::size_t f) const { return begin_[index(group, f)]; }
  std::size_t count(std::size_t group, std::size_t f) const {
    return begin_[index(group, f) + 1] - begin_[index(group, f)];
  }
  std::size_t size() const { return begin_.back(); }  // of a block
  FrequencyExtent extent(std::size_t group) const { return extents_[group]; }

  // Of the levels of a block, in the order in which they are coded: the coefficient; 8 log2 of the
  // expected magnitude. Both may be read up to the end of the last group as if it were full.
  std::size_t levels() const { return levels_; }
  const CodedCoefficient* coefficients() const { return coefficients_.data(); }
  const std::int16_t* expected_logs() const { return expected_logs_.data(); }
  const std::vector<LevelGroup>& groups() const { return groups_; }
  // From coefficient to level, and back: by place.
  const float* to_levels() const { return to_levels_.data(); }
  const float* from_levels() const { return from_levels_.data(); }

 private:
  std::size_t index(std::size_t group, std::size_t f) const { return group * frequencies_ + f; }
  void add_frequency(std::size_t frequency, const std::vector<CoefficientPrior>& priors,
                     StepIndex step, const LevelTables& tables);
  void add_level(const CodedCoefficient& coefficient, int expected_log);

  std::size_t frequencies_;
  std::vector<std::size_t> begin_;  // by group and frequency
  std::size_t levels_ = 0;
  std::vector<CodedCoefficient> coefficients_;
  std::vector<std::int16_t> expected_logs_;
  std::vector<LevelGroup> groups_;
  std::vector<float> to_levels_;
  std::vector<float> from_levels_;
  std::vector<FrequencyExtent> extents_;  // by group
};

// The class of statistics that such a coefficient belongs to at this step; negative when it is not
// coded. Requires prior.spread > 0.
int spread_class(CoefficientPrior prior, StepIndex step);

}  // namespace splitbench::klt
