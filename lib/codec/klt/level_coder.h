// Levels as intervals of the entropy coder, and the choice of levels by rate and distortion.
//
// A level is one symbol of its context's alphabet (level_alphabet.h), after those of its group
// followed by what tells it from the others of its bucket. Probabilities are the calibration's and
// do not adapt: streams are short, and contexts have taken their scale into account already.
// (Measured on MobileNetV2, adaptive probabilities that start from the same values cost 1.5 %
// more.)
//
// Frequencies, thresholds and points follow from the calibration by integers and float operations
// in a fixed order: the same on every platform.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "codec/entropy/rans.h"
#include "codec/klt/level_alphabet.h"
#include "codec/klt/level_model.h"
#include "codec/klt/level_tables.h"

namespace splitbench::klt {

constexpr unsigned kLevelPrecision = 12;  // of the symbols' probabilities
using LevelTable = NibbleTable<kLevelPrecision>;

// Of the entropy coder, for a tensor with this many levels: the more, the faster, but each costs a
// byte or so.
constexpr std::size_t coder_states(std::size_t levels) {
  constexpr std::size_t kLevelsForEach = 1024;
  if (levels < 2 * kLevelsForEach) return 1;
  if (levels < 4 * kLevelsForEach) return 2;
  return levels < 8 * kLevelsForEach ? 4 : 8;
}

// Values beyond are coded as this level.
constexpr std::uint32_t kMaxLevel = 1 << 15;

struct DecodedLevel {
  std::uint32_t magnitude = 0;
  float point = 0;  // where it is reconstructed
};

// The contexts' symbols, costs and points of reconstruction. Immutable; may be shared by threads.
class LevelCoder {
 public:
  explicit LevelCoder(const LevelTables& tables);

  const LevelTable* tables() const { return symbols_.data(); }
  // Where a magnitude is reconstructed, and its cost in bits with a sign.
  float point(int context, std::uint32_t magnitude) const;
  float bits(int context, std::uint32_t magnitude) const;
  // Of a symbol that says all there is to say of a level.
  float point_of_symbol(int context, unsigned symbol) const {
    return points_[static_cast<std::size_t>(context)][symbol];
  }

 private:
  std::vector<LevelTable> symbols_;  // of contexts
  std::array<std::array<float, kPoints>, kContexts> shrinkages_{};
  std::array<std::array<float, kNibbles>, kContexts> points_{};
};

// Chooses for each value the level of least squared error + rdo * bits. Immutable.
class LevelChooser {
 public:
  // `rdo`: the price of a bit in squared steps; 0 for the nearest point of reconstruction.
  LevelChooser(const LevelCoder& coder, float rdo);

  // Of a magnitude, up to kCompared. Without branches, which would often be mispredicted; NaN, from
  // values near the end of float's range, is 0.
  std::uint32_t choose_small(int context, float magnitude) const {
    const Thresholds& thresholds = thresholds_[static_cast<std::size_t>(context)];
    return (magnitude > thresholds[0] ? 1U : 0U) + (magnitude > thresholds[1] ? 1U : 0U) +
           (magnitude > thresholds[2] ? 1U : 0U);
  }
  static constexpr std::uint32_t kCompared = 3;

  std::uint32_t choose(int context, float magnitude) const {
    const std::uint32_t level = choose_small(context, magnitude);
    return level < kCompared ? level : choose_large(context, magnitude);
  }

 private:
  // From [m] on, magnitude m + 1 is chosen rather than m.
  static constexpr std::size_t kThresholds = 16;
  using Thresholds = std::array<float, kThresholds>;

  std::uint32_t choose_large(int context, float magnitude) const;

  std::array<Thresholds, kContexts> thresholds_;
};

// Makes a tensor's values levels, and levels intervals.
class LevelWriter {
 public:
  LevelWriter(const LevelCoder& coder, const LevelChooser& chooser, std::size_t levels)
      : coder_(coder), chooser_(chooser), intervals_(levels + levels / 2 + kRoom) {}

  // `values`, in steps, may be read as if the group were full. Returns the sum of the magnitudes,
  // none counting more than kTopMagnitude.
  std::uint32_t group(const std::uint8_t* contexts, const float* values, std::size_t count);
  Bytes stream(std::size_t states) const {
    return encode_intervals(intervals_.data(), size_, kLevelPrecision, states);
  }

 private:
  using Magnitudes = std::array<std::uint32_t, kLevelsInGroup>;

  // More intervals than a group needs.
  static constexpr std::size_t kRoom = 64 * kLevelsInGroup;

  std::uint32_t larger_group(const std::uint8_t* contexts, const float* values, std::size_t count);
  void extra(int context, std::uint32_t magnitude, bool negative);
  void raw_bits(std::uint32_t value, unsigned bits);

  const LevelCoder& coder_;
  const LevelChooser& chooser_;
  std::vector<CodeInterval> intervals_;
  std::size_t size_ = 0;
};

// The reverse.
template <std::size_t kStates>
class LevelReader {
 public:
  using Decoder = RansDecoder<kLevelPrecision, kStates>;

  LevelReader(const LevelCoder& coder, ByteView bytes, const char* what)
      : coder_(coder), decoder_(bytes, what) {}
  // Calls visit(number in the group, point of reconstruction, whether the level is not 0) for the
  // levels of the group, perhaps not for those that are 0. Returns the sum of the magnitudes, none
  // counting more than kTopMagnitude.
  template <typename Visit>
  std::uint32_t group(const std::uint8_t* contexts, std::size_t count, Visit visit) {
    std::array<std::uint8_t, kLevelsInGroup> symbols{};
    decoder_.symbols(coder_.tables(), contexts, symbols.data(), count);
    std::uint64_t all = 0;
    static_assert(sizeof all == sizeof symbols);
    std::memcpy(&all, symbols.data(), sizeof all);
    if (all == 0) return 0;
    std::uint32_t magnitudes = 0;
    if (has_escape(all) || has_extra_bits(contexts)) {
      for (std::size_t i = 0; i < count; ++i) {
        if (symbols[i] == 0) continue;
        const DecodedLevel level = larger(contexts[i], symbols[i]);
        visit(i, level.point, true);
        magnitudes += std::min(level.magnitude, kTopMagnitude);
      }
      return magnitudes;
    }
    for (std::size_t i = 0; i < count; ++i) {
      visit(i, coder_.point_of_symbol(contexts[i], symbols[i]), symbols[i] != 0);
      magnitudes += bucket_of_symbol(symbols[i]);
    }
    return magnitudes;
  }
  void finish() const { decoder_.finish(); }

 private:
  // Bytes at once: whether any symbol is the last, any context high.
  static bool has_escape(std::uint64_t symbols) {
    return ((symbols + kOfEach * (kBytesTop / 8 - kEscape)) & kOfEach * (kBytesTop / 8)) != 0;
  }
  static bool has_extra_bits(const std::uint8_t* contexts) {
    std::uint64_t all = 0;
    std::memcpy(&all, contexts, sizeof all);
    return ((all + kOfEach * (kBytesTop - kFirstWithExtraBits)) & kOfEach * kBytesTop) != 0;
  }
  static constexpr std::uint64_t kOfEach = 0x0101010101010101;
  static constexpr std::uint64_t kBytesTop = 128;

  DecodedLevel larger(int context, unsigned symbol);
  std::uint32_t raw_bits(unsigned bits);
  std::uint32_t escaped(unsigned order);

  const LevelCoder& coder_;
  Decoder decoder_;
};

extern template class LevelReader<1>;
extern template class LevelReader<2>;
extern template class LevelReader<4>;
extern template class LevelReader<8>;

}  // namespace splitbench::klt
