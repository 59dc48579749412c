// The coefficients that are coded at one step, in the order in which they are coded, with what is
// known of each beforehand.
//
// A coefficient whose standard deviation is far below the step is never coded; of every frequency
// the components up to the last that is coded have a place, coded or not. Everything is integers or
// exact powers of two, so encoder and decoder agree on every platform. Immutable; may be shared by
// threads.
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

// What is known of a level before the stream.
struct LevelPrior {
  std::uint32_t place = 0;        // of its coefficient in a block
  std::int32_t expected_log = 0;  // of its magnitude: 8 log2
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

  // The places of frequency f's components in the order of a block: [begin(f), begin(f + 1)).
  std::size_t begin(std::size_t f) const { return begin_[f]; }
  std::size_t count(std::size_t f) const { return begin_[f + 1] - begin_[f]; }
  std::size_t size() const { return begin_.back(); }  // of a block
  FrequencyExtent extent() const { return extent_; }

  // Of the levels of a block, in the order in which they are coded.
  const std::vector<LevelPrior>& priors() const { return priors_; }
  const std::vector<LevelGroup>& groups() const { return groups_; }
  // From coefficient to level, and back.
  const float* to_levels() const { return to_levels_.data(); }
  const float* from_levels() const { return from_levels_.data(); }

 private:
  void add_frequency(const std::vector<CoefficientPrior>& priors, StepIndex step,
                     const LevelTables& tables);
  void add_prior(std::size_t place, int expected_log);

  std::vector<std::size_t> begin_;
  std::vector<LevelPrior> priors_;
  std::vector<LevelGroup> groups_;
  std::vector<float> to_levels_;
  std::vector<float> from_levels_;
  FrequencyExtent extent_;
};

// The class of statistics that such a coefficient belongs to at this step; negative when it is not
// coded. Requires prior.spread > 0.
int spread_class(CoefficientPrior prior, StepIndex step);

}  // namespace splitbench::klt
